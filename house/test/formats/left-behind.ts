import { intervalStart, type LedgerInterval } from 'mastra-perf';

/* What the first version of a store leaves behind, whatever way it lies there. */

export const INTERVALS = ['minute', 'hour', 'day', 'month'] as const satisfies readonly LedgerInterval[];

/** An entry that is served, and one whose tag was invalidated after it had been made. */
export const ENTRIES = { served: 'served', undone: 'undone' } as const;
export const BYTES = Uint8Array.of(0, 1, 2, 255);

/** Somebody holds it. */
export const LEASE = 'busy';

export const USED = { modelCalls: 3, inputTokens: 300, outputTokens: 30, misses: 3 } as const;
/** The entry of which all that was used comes. */
export const RECORDED = 'recorded';

/** Of a budget of calls an agent and a month: calls that are over, and one that is under way. */
export const SPENT = 4;
export const UNDER_WAY = 'under-way';
export const SETTLED = 'settled';

export const AGENT = 'support';
export const MODEL = 'mock/mock-model';

export const counterAt = (now: number): string =>
  `["agent-calls-month","agent","month ${new Date(now).toISOString().slice(0, 7)}-01","${AGENT}"]`;

export const startsAt = (now: number): ReadonlyArray<readonly [LedgerInterval, number]> =>
  INTERVALS.map((interval) => [interval, intervalStart(now, interval)]);
