import { END_OF_TIME } from './ledger-intervals.ts';
import type { BudgetCharge, BudgetClaim, LedgerEntry } from './ledger.ts';

/*
 * One number that is none would make a sum useless for ever, and a limit that is none lets everything pass: no ledger takes
 * them. Adapters check with these before they send anything.
 */

/** @throws RangeError that names the first number that no ledger takes. */
export function checkEntries(entries: readonly LedgerEntry[]): void {
  for (const { id, at, counts } of entries) {
    if (!isWhole(at) || at >= END_OF_TIME) fail(`at of entry ${id}`, at);
    for (const [name, count] of Object.entries(counts)) {
      if (!isWhole(count)) fail(`${name} of entry ${id}`, count);
    }
  }
}

/** @throws RangeError that names the first number that no ledger takes. */
export function checkClaims(claims: readonly BudgetClaim[], holdMs: number): void {
  checkCharges(claims);
  for (const { counter, limit } of claims) if (!isWhole(limit)) fail(`limit of ${counter}`, limit);
  checkHold(holdMs);
}

/** @throws RangeError of a time to hold that no ledger takes. */
export function checkHold(holdMs: number): void {
  if (!isWhole(holdMs) || holdMs === 0) fail('time to hold', holdMs);
}

/** @throws RangeError that names the first number that no ledger takes. */
export function checkCharges(charges: readonly BudgetCharge[]): void {
  for (const { counter, amount, expiresAt } of charges) {
    if (!isWhole(amount)) fail(`amount of ${counter}`, amount);
    if (!isWhole(expiresAt)) fail(`end of ${counter}`, expiresAt);
  }
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function fail(what: string, given: unknown): never {
  throw new RangeError(`${what}: expected a whole number from 0 to 2^53 - 1, got ${String(given)}`);
}
