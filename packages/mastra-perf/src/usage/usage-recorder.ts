import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Ledger, LedgerEntry } from '../stores/ledger.ts';
import type { UsageCounts } from './usage-counts.ts';
import type { UsageGroup } from './usage-group.ts';
import { usageName } from './usage-name.ts';

export interface RecorderDeps {
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Unlike that of any other process. */
  readonly processId: string;
  /** What could not be told apart any more: so many records were summed up as `'(other)'`. */
  readonly folded: (records: number) => void;
}

/** Brings what calls used to the ledger. No call waits for it, and nothing is lost while the process lives. */
export interface UsageRecorder {
  record(group: UsageGroup, counts: Readonly<Partial<UsageCounts>>): void;
  /**
   * Resolves when all that was recorded until now is in the ledger.
   *
   * @throws what the ledger throws; it is kept, and tried again.
   */
  flush(): Promise<void>;
  isPending(): boolean;
  /** Tries nothing again. */
  stop(): void;
}

/** Stands for every name of what was summed up. */
const OTHER = '(other)';
const MINUTE_MS = 60_000;

const FLUSH_MS = 250;
const BATCH = 500;
/** Groups and minutes that wait for a ledger that is away; about 8 MB. What comes then is summed up in one group per minute. */
const MAX_WAITING = 10_000;

type Draft = Omit<LedgerEntry, 'id' | 'counts'> & { readonly counts: Record<string, number> };

/**
 * Adds up by group and minute, and writes that at most every 250 ms in batches of 500. A batch that may have arrived is sent again as
 * it was: ledgers record each of its entries once.
 */
export function createUsageRecorder(deps: RecorderDeps): UsageRecorder {
  const { ledger, clock, random, processId, folded } = deps;
  const backoff = createBackoff({ firstMs: FLUSH_MS, maxMs: 30_000, random });
  const waiting = new Map<string, Draft>();
  let batch: readonly LedgerEntry[] | undefined;
  let entries = 0;
  let recorded = 0;
  let sending: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let stopped = false;

  const nextBatch = (): readonly LedgerEntry[] | undefined => {
    if (waiting.size === 0) return undefined;
    const next: LedgerEntry[] = [];
    for (const [key, draft] of waiting) {
      if (next.length === BATCH) break;
      waiting.delete(key);
      next.push({ ...draft, id: `${processId}:${entries++}` });
    }
    return next;
  };

  /** What comes while it is under way waits for its turn, unless it is much. */
  const sendBatches = async (): Promise<void> => {
    do {
      batch ??= nextBatch();
      if (batch) await ledger.record(batch);
      recorded += batch?.length ?? 0;
      batch = undefined;
      backoff.reset();
    } while (waiting.size >= BATCH);
  };

  const send = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    sending ??= sendBatches().finally(() => {
      sending = undefined;
      if (batch) sendIn(backoff.next());
      else if (waiting.size > 0) sendIn(FLUSH_MS);
    });
    return sending;
  };
  const sendBeside = (): void => {
    send().catch(() => undefined); // it is tried again; that the store is away is told by whoever guards it
  };
  const sendIn = (ms: number): void => {
    if (stopped) return;
    cancelTimer ??= clock.after(ms, () => {
      cancelTimer = undefined;
      sendBeside();
    });
  };

  const draftOf = (group: UsageGroup): Draft => {
    const at = clock.now() - (clock.now() % MINUTE_MS);
    const key = keyOf(at, group);
    const known = waiting.get(key);
    if (known) return known;
    const isFull = waiting.size >= MAX_WAITING && group.agent !== OTHER;
    if (isFull) {
      folded(1);
      return draftOf(Object.fromEntries(Object.keys(group).map((name) => [name, OTHER])));
    }
    const draft = { at, group: named(group), counts: {} };
    waiting.set(key, draft);
    return draft;
  };

  return {
    record(group, counts) {
      const draft = draftOf(group);
      for (const [name, count] of Object.entries(counts)) {
        const sum = whole((draft.counts[name] ?? 0) + count);
        if (sum > 0) draft.counts[name] = sum;
      }
      if (sending || batch) return; // it is followed by another one
      if (waiting.size < BATCH) sendIn(FLUSH_MS);
      else sendBeside();
    },
    async flush() {
      // Under load there may never be a moment without any.
      const until = recorded + (batch?.length ?? 0) + waiting.size;
      const isDone = (): boolean => recorded >= until;
      while (!isDone()) await send();
    },
    isPending: () => batch !== undefined || waiting.size > 0,
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
}

const keyOf = (at: number, group: UsageGroup): string => `${at} ${JSON.stringify(Object.entries(group))}`;

const named = (group: UsageGroup): UsageGroup =>
  Object.fromEntries(Object.entries(group).map(([name, value]) => [usageName(name), usageName(value)]));

/** What a provider reports may be anything, and one count that is none would spoil its batch. */
const whole = (count: number): number =>
  count > 0 ? Math.round(Math.min(count, Number.MAX_SAFE_INTEGER)) : 0;
