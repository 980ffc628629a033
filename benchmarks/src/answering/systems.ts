import type { OpenAnswering } from './answering.ts';

/** What is compared, by the name that the tables show. A process loads only what it measures. */
export const systems = {
  'mastra-perf': async () => (await import('./mastra-perf.ts')).mastraPerf,
  bentocache: async () => (await import('./bentocache.ts')).bentocache,
  'bentocache, tuned ioredis': async () => (await import('./bentocache.ts')).bentocacheTuned,
  cacheable: async () => (await import('./cacheable.ts')).cacheable,
  'cacheable, nonBlocking': async () => (await import('./cacheable.ts')).cacheableNonBlocking,
  'Mastra RedisServerCache': async () => (await import('./mastra-server-cache.ts')).mastraServerCache,
} as const satisfies Readonly<Record<string, () => Promise<OpenAnswering>>>;

export type SystemName = keyof typeof systems;
