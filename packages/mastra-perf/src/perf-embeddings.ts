import type { Clock } from './base/clock.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import { batchEmbeddings } from './embeddings/batch-embeddings.ts';
import { createEmbeddings, type Embeddings } from './embeddings/embeddings.ts';
import type { EmbeddingBoundSettings, EmbeddingSettings } from './embeddings/options.ts';
import type { Events } from './events.ts';
import type { Doors } from './perf-doors.ts';
import type { Perf } from './perf-handle.ts';
import { proxyEmbedder, type EmbedCall } from './pipeline/embedder-proxy.ts';
import { modelName } from './pipeline/model-name.ts';
import type { CacheStore } from './stores/cache-store.ts';
import type { UsageMeter } from './usage/usage-meter.ts';

export interface PerfEmbeddingsDeps {
  readonly bounds: EmbeddingBoundSettings;
  /** Vectors tell much of their texts: they are encrypted where answers are. */
  readonly encryptionKeys: string | readonly string[] | undefined;
  readonly settingsOf: (call: EmbedCall) => EmbeddingSettings | false;
  readonly clock: Clock;
  readonly store: CacheStore | undefined;
  readonly cache: Pick<ResponseCache, 'invalidateNames' | 'owes'>;
  readonly meter: Pick<UsageMeter, 'embeddings' | 'savedEmbeddings'>;
  readonly events: Events;
  readonly fault: (where: string, error: unknown) => void;
}

/** Embeddings, with what they need of the cache and the accounts. */
export function createPerfEmbeddings({ cache, meter, events, ...deps }: PerfEmbeddingsDeps): Embeddings {
  return createEmbeddings({
    ...deps,
    count: meter.embeddings,
    saved: meter.savedEmbeddings,
    invalidate: cache.invalidateNames,
    owes: cache.owes,
    onUnreadable: (key, reason) => events.emit('unreadable', { key, reason }),
    onDimensions: ({ provider, modelId }, from, to) =>
      events.emit('dimensions', { model: modelName(provider, modelId), from, to }),
  });
}

/** Models that are wrapped by hand. */
export function embedderDoors(
  { embedAlone }: Pick<Doors, 'embedAlone'>,
  clock: Clock,
): Pick<Perf, 'embedder' | 'batchEmbeddings'> {
  const embedder: Perf['embedder'] = (model, options) => proxyEmbedder(model, embedAlone(options));
  return {
    embedder,
    batchEmbeddings: (model, texts, { agent, ...how } = {}) =>
      batchEmbeddings(embedder(model, agent === undefined ? {} : { agent }), texts, how, clock),
  };
}
