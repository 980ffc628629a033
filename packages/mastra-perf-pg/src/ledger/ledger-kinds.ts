import type { LedgerInterval } from 'mastra-perf';

/** In the order of `kind` of the sums, which counts from one. */
export const KINDS = ['minute', 'hour', 'day', 'month'] as const satisfies readonly LedgerInterval[];

export const kindOf = (interval: LedgerInterval): number => KINDS.indexOf(interval) + 1;
