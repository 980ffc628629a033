import assert from 'node:assert/strict';
import type { BudgetCharge, BudgetClaim, BudgetState, Ledger } from '../stores/ledger.ts';
import { fresh } from './fresh-names.ts';
import { DAY_MS } from './sample-usage.ts';

/** Long enough not to expire while a test runs. */
export const LONG_MS = 600_000;
/** Short enough to wait for. */
export const SHORT_MS = 150;

/** A budget that nobody else has, and what can be asked of it. */
export interface SampleBudget {
  readonly counter: string;
  /** Of 10 by default. */
  claim(over?: Partial<BudgetClaim>): BudgetClaim;
  charge(amount: number, over?: Partial<BudgetCharge>): BudgetCharge;
  /** Of whom does not matter. */
  hold(ledger: Ledger, amount: number, id?: string): Promise<string>;
  /** Fails unless it stands so for everybody who looks. */
  stands(ledgers: readonly Ledger[], state: BudgetState): Promise<void>;
}

export function aBudget(now: number, limit: number): SampleBudget {
  const counter = fresh('budget');
  const expiresAt = now + 30 * DAY_MS;
  const claim: SampleBudget['claim'] = (over) => ({ counter, limit, amount: 10, expiresAt, ...over });
  return {
    counter,
    claim,
    charge: (amount, over) => ({ counter, amount, expiresAt, ...over }),
    async hold(ledger, amount, id = fresh('call')) {
      const answer = await ledger.reserve(id, [claim({ amount })], LONG_MS);
      assert.ok(answer.granted, `${amount} of ${limit} were refused`);
      return id;
    },
    async stands(ledgers, state) {
      for (const ledger of ledgers) assert.deepEqual(await ledger.budgets([counter]), [state]);
    },
  };
}

export async function isGranted(ledger: Ledger, claims: readonly BudgetClaim[]): Promise<boolean> {
  const answer = await ledger.reserve(fresh('call'), claims, LONG_MS);
  return answer.granted;
}
