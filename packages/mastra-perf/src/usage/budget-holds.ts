import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { Ledger } from '../stores/ledger.ts';

/**
 * Keeps what calls hold from expiring as long as they are under way. The time to hold can so be short: it is how long a
 * process that died blocks a budget.
 */
export interface BudgetHolds {
  begin(id: string): void;
  end(id: string): void;
  /** Extends nothing any more. */
  stop(): void;
}

export interface HoldsDeps {
  readonly ledger: Pick<Ledger, 'extend'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** A third of it passes between two extensions, and a twelfth when the ledger did not answer. */
  readonly holdMs: number;
  /** An answer that nobody reads or cancels never ends: after so long its call is no longer under way. */
  readonly callMs: number;
}

export function budgetHolds({ ledger, clock, timeoutMs, holdMs, callMs }: HoldsDeps): BudgetHolds {
  /** When each began, the longest first. */
  const held = new Map<string, number>();
  let cancelTimer: (() => void) | undefined;
  let isExtending = false;
  let stopped = false;

  const forgetEndless = (): void => {
    for (const [id, began] of held) {
      if (clock.monotonic() - began < callMs) return;
      held.delete(id);
    }
  };
  const extendIn = (ms: number): void => {
    if (stopped || isExtending || held.size === 0) return;
    cancelTimer ??= clock.after(ms, () => {
      cancelTimer = undefined;
      void extend();
    });
  };
  const extend = async (): Promise<void> => {
    forgetEndless();
    if (held.size === 0) return;
    isExtending = true;
    const isExtended = await withDeadline(clock, timeoutMs, () =>
      ledger.extend([...held.keys()], holdMs),
    ).then(
      () => true,
      () => false, // that it is away is told by whoever guards the store, and of calls that begin meanwhile
    );
    isExtending = false;
    extendIn(isExtended ? holdMs / 3 : holdMs / 12);
  };
  const cancel = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };

  return {
    begin(id) {
      held.set(id, clock.monotonic());
      extendIn(holdMs / 3);
    },
    end(id) {
      held.delete(id);
      if (held.size === 0) cancel();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
