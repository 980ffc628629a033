import type { Clock } from '../base/clock.ts';
import { createBackoff } from '../base/backoff.ts';
import { withDeadline } from '../base/deadline.ts';
import type { BudgetCharge, Ledger } from '../stores/ledger.ts';
import type { TellBudget } from './budget-told.ts';

/** What the ledger is still to be told of calls that have ended. Nobody waits for it, and it is repeated until it is taken. */
export interface BudgetOwed {
  settle(id: string, charges: readonly BudgetCharge[]): void;
  release(id: string): void;
  /** Tries all once more and resolves when that has succeeded or failed. */
  flush(): Promise<void>;
  /** Under way or to be repeated. */
  size(): number;
  /** Repeats nothing any more. */
  stop(): void;
}

export interface OwedDeps {
  readonly ledger: Pick<Ledger, 'settle' | 'release'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly tell: TellBudget;
}

/** About 5 MB. More is lost, and told: only a ledger that is away for long, under load, comes to that. */
const MAX_OWED = 10_000;
/** Debts that are brought in at once when the ledger is back. */
const AT_ONCE = 16;

export function budgetOwed({ ledger, clock, random, timeoutMs, tell }: OwedDeps): BudgetOwed {
  const underWay = new Map<string, Promise<boolean>>();
  const failed = new Map<string, () => Promise<void>>();
  const backoff = createBackoff({ firstMs: 250, maxMs: 30_000, random });
  let cancelTimer: (() => void) | undefined;
  let stopped = false;

  /** Tells whether it was taken; if not, it is owed. */
  const pay = (id: string, debt: () => Promise<void>): Promise<boolean> => {
    const over = (taken: boolean): boolean => {
      underWay.delete(id);
      if (!taken) failed.set(id, debt);
      return taken;
    };
    const done = withDeadline(clock, timeoutMs, debt).then(
      () => over(true),
      () => over(false), // told of when it is paid or lost
    );
    underWay.set(id, done);
    return done;
  };

  const repeatLater = (): void => {
    if (stopped || cancelTimer || failed.size === 0) return;
    cancelTimer = clock.after(backoff.next(), () => {
      cancelTimer = undefined;
      void repeat();
    });
  };

  /** One first, to see whether the ledger is back, then the others. */
  const repeat = async (): Promise<void> => {
    let paid = 0;
    let size = 1;
    while (failed.size > 0) {
      const batch = [...failed].slice(0, size);
      for (const [id] of batch) failed.delete(id);
      const results = await Promise.all(batch.map(([id, debt]) => pay(id, debt)));
      paid += results.filter(Boolean).length;
      if (results.includes(false)) break;
      size = AT_ONCE;
    }
    if (paid > 0) tell({ kind: 'reconciled', count: paid });
    if (failed.size === 0) backoff.reset();
    repeatLater();
  };

  const owe = (id: string, debt: () => Promise<void>): void => {
    if (underWay.size + failed.size >= MAX_OWED) return tell({ kind: 'lost', count: 1 });
    void pay(id, debt).then(repeatLater);
  };

  return {
    settle: (id, charges) => owe(id, () => ledger.settle(id, charges)),
    release: (id) => owe(id, () => ledger.release(id)),
    async flush() {
      while (underWay.size > 0) await Promise.all(underWay.values());
      await repeat();
    },
    size: () => underWay.size + failed.size,
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
}
