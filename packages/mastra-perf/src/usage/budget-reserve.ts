import type { Clock } from '../base/clock.ts';
import type { BudgetState, Ledger } from '../stores/ledger.ts';
import type { BudgetOwed } from './budget-owed.ts';
import { patience } from './budget-patience.ts';
import type { Claimed, Plan } from './budget-plan.ts';
import type { BudgetRefusals } from './budget-refusals.ts';
import { refused, toldOf, type TellBudget } from './budget-told.ts';

export interface ReserveDeps {
  readonly ledger: Pick<Ledger, 'reserve'>;
  readonly refusals: BudgetRefusals;
  readonly owed: BudgetOwed;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A new one for each reservation, unlike any other of all processes. */
  readonly newId: () => string;
  /** A ledger that answers nobody for so long is away. */
  readonly timeoutMs: number;
  /** Whether it cannot answer yet, since this process is only connecting to it. */
  readonly isOpening: () => boolean;
  readonly holdMs: number;
  readonly tell: TellBudget;
}

/** A call that may go on; `spent` of each claim is what was settled before it, where the ledger told. */
export interface Permit {
  readonly id: string;
  readonly plan: Plan;
  readonly spent: readonly (number | undefined)[];
}

/** Why it may not: the first claim that does not fit, and what is known of all of them. */
export interface Denial {
  readonly claim: Claimed;
  readonly state: BudgetState;
  readonly stateOf: (claim: Claimed) => BudgetState | undefined;
}

const MAX_WAIT_MS = 30_000;

/**
 * Asks the ledger for all claims of a call at once. When that does not answer, `onUnavailable` of the budgets says what
 * becomes of the call.
 *
 * @throws BudgetExceededError
 */
export function reservation(deps: ReserveDeps): (plan: Plan) => Promise<Permit | Denial> {
  const { ledger, refusals, owed, clock, random, newId, timeoutMs, isOpening, holdMs, tell } = deps;

  const ask = patience({ clock, random, silenceMs: timeoutMs, isOpening, maxMs: MAX_WAIT_MS });

  const away = (id: string, plan: Plan, error: unknown): Permit => {
    const blocking = plan.claims.find(({ applied }) => applied.budget.onUnavailable === 'block');
    const action = blocking ? 'block' : 'allow';
    const { agent } = plan.bounded.call.caller;
    for (const { applied } of blocking ? [blocking] : plan.claims)
      tell({ kind: 'unavailable', action, ...toldOf(applied), agent, error });
    if (!blocking) return { id, plan, spent: plan.claims.map(() => undefined) };
    owed.release(id); // it may have been reserved without our hearing of it
    throw refused(blocking.applied, 'unavailable', undefined, error);
  };

  return async (plan) => {
    const known = refusals.find(plan.claims);
    if (known) return { ...known, stateOf: (claim) => (claim === known.claim ? known.state : undefined) };
    const id = newId();
    const claims = plan.claims.map(({ applied, amount, enforced }) => ({
      counter: applied.counter,
      also: applied.also,
      limit: enforced ? applied.limit : Number.MAX_SAFE_INTEGER,
      amount,
      expiresAt: applied.expiresAt,
    }));
    let answer;
    try {
      answer = await ask(() => ledger.reserve(id, claims, holdMs));
    } catch (error) {
      return away(id, plan, error);
    }
    const { states } = answer;
    if (answer.granted) return { id, plan, spent: states.map(({ spent }) => spent) };
    const claim = answer.refused === 'over' ? undefined : plan.claims[answer.refused];
    const state = answer.refused === 'over' ? undefined : states[answer.refused];
    if (!claim || !state) return away(id, plan, new TypeError('the ledger did not answer what was asked'));
    refusals.remember(claim, state);
    return { claim, state, stateOf: (one) => states[plan.claims.indexOf(one)] };
  };
}
