import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import type { BudgetState } from '../stores/ledger.ts';
import type { Claimed } from './budget-plan.ts';

/**
 * Remembers refusals for a moment, so that calls that are repeated at once do not each ask the store. It only ever refuses
 * what was refused: at least as much, of the same limit, with nothing given back by this process since.
 */
export interface BudgetRefusals {
  remember(claim: Claimed, state: BudgetState): void;
  /** The first claim that is known not to fit. */
  find(claims: readonly Claimed[]): { readonly claim: Claimed; readonly state: BudgetState } | undefined;
  /** Something was settled or given back: there may be room again. */
  forget(claims: readonly Claimed[]): void;
}

/** While others hold something, it may be given back any moment, by another process too. */
const HELD_MS = 500;
/** With all of it spent, only a new window or a higher limit makes room. */
const SPENT_MS = 5_000;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly limit: number;
  readonly amount: number;
  readonly state: BudgetState;
  readonly until: number;
}

export function budgetRefusals(clock: Clock): BudgetRefusals {
  const known = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  return {
    remember({ applied, amount }, state) {
      const { limit, counter, resetsAt } = applied;
      const ms = Math.min(state.held > 0 ? HELD_MS : SPENT_MS, resetsAt - clock.now());
      known.set(counter, { limit, amount, state, until: clock.monotonic() + ms });
    },
    find(claims) {
      for (const claim of claims) {
        const { counter, limit } = claim.applied;
        const found = claim.enforced ? known.get(counter) : undefined;
        if (!found || found.limit !== limit || claim.amount < found.amount) continue;
        if (found.until > clock.monotonic()) return { claim, state: found.state };
        known.delete(counter);
      }
      return undefined;
    },
    forget(claims) {
      for (const { applied } of claims) known.delete(applied.counter);
    },
  };
}
