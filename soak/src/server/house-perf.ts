import { createPerf, type Perf, type PerfOptions } from 'mastra-perf';
import { PRICE } from '../prices.ts';
import { isPoor, POOR_CALLS } from '../traffic/users.ts';

type Embedder = NonNullable<
  Exclude<NonNullable<Exclude<PerfOptions['cache'], boolean>>['semantic'], boolean | undefined>
>['embedder'];

interface Parts {
  readonly store: NonNullable<PerfOptions['store']>;
  readonly embedder: NonNullable<Embedder>;
  readonly storage: NonNullable<PerfOptions['storage']>;
}

/** Every feature is on. Memory is small, so that it is full when the run is warm. */
export function housePerf({ store, embedder, storage }: Parts): Perf {
  return createPerf({
    store,
    storage,
    cache: {
      ttl: '20s',
      staleWhileRevalidate: '5s',
      staleIfError: '1m',
      maxBytes: '1mb',
      maxEntries: 200,
      semantic: { embedder, mode: 'shadow', maxEntries: 100, maxBytes: '1mb' },
    },
    context: { maxTokens: 3000, recall: { scope: 'thread', maxTokens: 600 }, promptCache: 'auto' },
    limits: {
      concurrency: 32,
      maxWait: '20s',
      models: { soak: { requestsPerMinute: 60_000, tokensPerMinute: 200_000_000 } },
    },
    embeddings: { maxBytes: '1mb' },
    usage: {
      prices: { '*': PRICE },
      budgets: [
        { name: 'all', per: 'total', limitUsd: 1_000_000, window: 'month' },
        {
          name: 'purse',
          per: 'resource',
          window: 'month',
          limitCalls: ({ resource }) => (isPoor(resource) ? POOR_CALLS : Number.POSITIVE_INFINITY),
        },
      ],
    },
    dashboard: { requiresAuth: false },
    agents: { public: { cache: { scope: 'agent' } } },
  });
}
