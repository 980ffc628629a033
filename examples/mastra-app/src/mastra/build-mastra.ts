import { Mastra } from '@mastra/core/mastra';
import type { Perf } from 'mastra-perf';
import { appParts, type PartsOptions } from './parts.ts';

export interface BuildOptions extends PartsOptions {
  /** Left out, the same application runs without the plugin. */
  readonly perf?: Perf;
}

/** The application for one run of the recorded day. Quiet: the day tells itself what failed. */
export function buildMastra({ perf, ...parts }: BuildOptions) {
  return new Mastra({ ...appParts(parts), logger: false, ...(perf ? { processors: { perf } } : {}) });
}
