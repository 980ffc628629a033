import type { Clock } from '../base/clock.ts';
import { checkCharges, checkClaims, checkHold } from './ledger-numbers.ts';
import {
  LEDGER_REPEAT_MS,
  type BudgetCharge,
  type BudgetClaim,
  type BudgetState,
  type Ledger,
} from './ledger.ts';
import { recentIds } from './recent-ids.ts';

interface Counter {
  spent: number;
  held: number;
  /** By the time of day, as whoever names a window means it. */
  expiresAt: number;
}

interface Hold {
  /** The counters themselves: another of the same name is none of ours. */
  readonly parts: ReadonlyArray<{ readonly counter: Counter; readonly amount: number }>;
  /** By the steady clock: a hold must neither end early nor stay for long when somebody sets the time. */
  expiresAt: number;
}

/** Counters that have expired are looked for when there are twice as many as the last time, and no sooner than at this. */
const SWEEP_FROM = 1000;

const NOTHING: BudgetState = { spent: 0, held: 0 };

/** The budgets of a ledger in memory. */
export function budgetCounters(clock: Clock): Omit<Ledger, 'record' | 'report'> {
  const counters = new Map<string, Counter>();
  const holds = new Map<string, Hold>();
  const over = recentIds<'settled' | 'released'>(clock, LEDGER_REPEAT_MS);
  let firstExpiry = Number.POSITIVE_INFINITY;
  let sweepAt = SWEEP_FROM;

  const counterAt = (name: string): Counter | undefined => {
    const counter = counters.get(name);
    return counter && counter.expiresAt > clock.now() ? counter : undefined;
  };
  const sweepCounters = (): void => {
    if (counters.size < sweepAt) return;
    for (const name of counters.keys()) if (!counterAt(name)) counters.delete(name);
    sweepAt = Math.max(SWEEP_FROM, 2 * counters.size);
  };
  const openCounter = ({ counter: name, expiresAt }: BudgetCharge): Counter => {
    const counter = counterAt(name) ?? { ...NOTHING, expiresAt };
    counter.expiresAt = Math.max(counter.expiresAt, expiresAt);
    if (counters.get(name) === counter) return counter;
    sweepCounters();
    counters.set(name, counter);
    return counter;
  };

  const giveBack = (id: string): void => {
    for (const { counter, amount } of holds.get(id)?.parts ?? []) counter.held -= amount;
    holds.delete(id);
  };
  const expireHolds = (): void => {
    const now = clock.monotonic();
    if (now < firstExpiry) return;
    firstExpiry = Number.POSITIVE_INFINITY;
    for (const [id, { expiresAt }] of holds) {
      if (expiresAt <= now) giveBack(id);
      else firstExpiry = Math.min(firstExpiry, expiresAt);
    }
  };
  const hold = (id: string, claims: readonly BudgetClaim[], holdMs: number): void => {
    const parts = claims.map((claim) => ({ counter: openCounter(claim), amount: claim.amount }));
    for (const { counter, amount } of parts) counter.held += amount;
    const expiresAt = clock.monotonic() + holdMs;
    holds.set(id, { parts, expiresAt });
    firstExpiry = Math.min(firstExpiry, expiresAt);
  };

  const stateAt = (name: string): BudgetState => {
    const { spent, held } = counterAt(name) ?? NOTHING;
    return { spent, held };
  };
  const stateOf = (claim: BudgetClaim): BudgetState => namesOf(claim).map(stateAt).reduce(sum, NOTHING);

  return {
    async reserve(id, claims, holdMs) {
      checkClaims(claims, holdMs);
      expireHolds();
      const states = () => claims.map(stateOf);
      if (over.get(id)) return { granted: false, refused: 'over', states: states() };
      if (holds.has(id)) return { granted: true, states: states() };
      const wanted = amounts(claims);
      const refused = claims.findIndex((claim) => {
        const { spent, held } = stateOf(claim);
        const own = namesOf(claim).reduce((total, name) => total + (wanted.get(name) ?? 0), 0);
        return spent + held + own > claim.limit;
      });
      if (refused >= 0) return { granted: false, refused, states: states() };
      hold(id, claims, holdMs);
      return { granted: true, states: states() };
    },
    async extend(ids, holdMs) {
      checkHold(holdMs);
      expireHolds();
      const until = clock.monotonic() + holdMs;
      for (const id of ids) {
        const held = holds.get(id);
        if (held) held.expiresAt = Math.max(held.expiresAt, until);
      }
    },
    async settle(id, charges) {
      checkCharges(charges);
      if (over.get(id) === 'settled') return;
      giveBack(id);
      over.set(id, 'settled');
      for (const charge of charges) openCounter(charge).spent += charge.amount;
    },
    async release(id) {
      giveBack(id);
      if (!over.get(id)) over.set(id, 'released');
    },
    async budgets(names) {
      expireHolds();
      return names.map(stateAt);
    },
  };
}

const namesOf = ({ counter, also = [] }: BudgetClaim): string[] => [...new Set([counter, ...also])];

const sum = (a: BudgetState, b: BudgetState): BudgetState => ({
  spent: a.spent + b.spent,
  held: a.held + b.held,
});

function amounts(claims: readonly BudgetClaim[]): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const { counter, amount } of claims) wanted.set(counter, (wanted.get(counter) ?? 0) + amount);
  return wanted;
}
