import type { PromFigure } from './prometheus-families.ts';

/** What other parts of the plugin tell of themselves. */
export interface PartStates {
  readonly cache: {
    readonly entries: number;
    readonly bytes: number;
    readonly hits: number;
    readonly misses: number;
  };
  readonly store:
    | {
        readonly name: string;
        readonly state: 'up' | 'down';
        readonly opened: number;
        readonly timeouts: number;
        readonly errors: number;
        readonly rejected: number;
      }
    | undefined;
}

export function figuresOf({ cache, store }: PartStates): PromFigure[] {
  const figures: PromFigure[] = [
    gauge('cache_entries', 'Answers in the memory of this process.', cache.entries),
    gauge('cache_bytes', 'What they take.', cache.bytes),
    counter('cache_memory_hits_total', 'Look-ups that memory answered.', cache.hits),
    counter('cache_memory_misses_total', 'Look-ups that memory did not answer.', cache.misses),
  ];
  if (!store) return figures;
  const labels = { store: store.name };
  return [
    ...figures,
    { ...gauge('store_up', 'Whether the store is used.', store.state === 'up' ? 1 : 0), labels },
    { ...counter('store_outages_total', 'How often it was away.', store.opened), labels },
    ...(['timeouts', 'errors', 'rejected'] as const).map((kind) => ({
      ...counter(
        'store_failures_total',
        'Operations that failed, or were turned away while it was away.',
        store[kind],
      ),
      labels: { ...labels, kind },
    })),
  ];
}

const gauge = (name: string, help: string, value: number): PromFigure => ({
  name: `mastra_perf_${name}`,
  type: 'gauge',
  help,
  value,
});
const counter = (name: string, help: string, value: number): PromFigure => ({
  ...gauge(name, help, value),
  type: 'counter',
});
