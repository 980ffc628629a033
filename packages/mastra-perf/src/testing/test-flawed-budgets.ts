import type { BudgetClaim, BudgetState, Ledger } from '../stores/ledger.ts';

/* Budgets over maps, right unless they are asked for a mistake that an author could make. Imported only by tests. */

export const BUDGET_FLAWS = [
  'a reservation looks and holds in two steps',
  'a reservation does not look at what is held',
  'a reservation does not look at what is spent',
  'a reservation holds as much as is left',
  'a reservation must stay below the limit',
  'a reservation holds the claims that fit',
  'a reservation looks at its first claim only',
  'a reservation looks at each claim by itself',
  'a reservation tells the last claim that did not fit',
  'a reservation tells what was before',
  'a refusal holds for ever',
  'a retry holds again',
  'a retry is refused',
  'a late reservation is granted',
  'a late reservation holds what is settled',
  'a late reservation holds what was given up',
  'an expired reservation is granted again without looking',
  'other counters do not count',
  'other counters are held as well',
  'held amounts of other counters do not count',
  'holds do not expire',
  'holds expire early',
  'holds are given back when somebody looks at them',
  'extending does nothing',
  'extending goes on with the first of a list',
  'extending goes on with the first claim',
  'extending is for ever',
  'extending can shorten',
  'extending holds once more',
  'extending brings back what has expired',
  'extending forgets what is over',
  'extending takes whom it does not know for over',
  'extending takes any time',
  'settling leaves what is held',
  'settling counts each time',
  'settling needs a hold',
  'settling needs a known id',
  'settling does nothing after a release',
  'settling charges the counters of the claims',
  'settling stops at the limit',
  'settling half is left when the rest is refused',
  'releasing does nothing',
  'releasing gives back what is settled',
  'releasing gives back what has expired',
  'releasing allows another settlement',
  'counters never expire',
  'counters expire at the first time given',
  'counters expire at the last time given',
  'counters of each process are its own',
  'counters are told in the order of their names',
  'counters nobody used are left out',
  'counter names are cut at 1,999 characters',
  'call ids are normalized',
  'any amount is held',
  'amounts have 32 bits',
] as const;

export type BudgetFlaw = (typeof BUDGET_FLAWS)[number];

interface Counter {
  spent: number;
  held: number;
  expiresAt: number;
}

interface Hold {
  readonly claims: readonly BudgetClaim[];
  readonly expiresAt: number;
}

/** Makes views of one place. */
export function flawedBudgets(
  flaw: string | undefined,
  now: () => number,
): () => Omit<Ledger, 'record' | 'report'> {
  const has = (some: BudgetFlaw): boolean => some === flaw;
  const holds = new Map<string, Hold>();
  const over = new Map<string, 'settled' | 'released'>();
  const refused = new Set<string>();
  const expired = new Set<string>();
  const lost = new Map<string, readonly BudgetClaim[]>();
  const shared = new Map<string, Counter>();
  const idOf = (id: string): string => (has('call ids are normalized') ? id.normalize() : id);
  const nameOf = (name: string): string =>
    has('counter names are cut at 1,999 characters') ? name.slice(0, 1999) : name;
  const isWrong = (value: number): boolean => !Number.isSafeInteger(value) || value < 0;
  const check = (numbers: readonly number[]): void => {
    if (numbers.some(isWrong) && !has('any amount is held')) throw new RangeError('that is no number');
  };
  const cut = (amount: number): number => (has('amounts have 32 bits') ? amount | 0 : amount);

  return () => {
    const counters = has('counters of each process are its own') ? new Map<string, Counter>() : shared;
    const counterAt = (name: string): Counter | undefined => {
      const counter = counters.get(nameOf(name));
      return counter && (counter.expiresAt > now() || has('counters never expire')) ? counter : undefined;
    };
    const open = (name: string, expiresAt: number): Counter => {
      const counter = counterAt(name) ?? { spent: 0, held: 0, expiresAt };
      if (has('counters expire at the last time given')) counter.expiresAt = expiresAt;
      else if (!has('counters expire at the first time given'))
        counter.expiresAt = Math.max(counter.expiresAt, expiresAt);
      counters.set(nameOf(name), counter);
      return counter;
    };
    const giveBack = (id: string): void => {
      for (const { counter, amount } of holds.get(id)?.claims ?? []) {
        const standing = counterAt(counter);
        if (standing) standing.held -= cut(amount);
      }
      holds.delete(id);
    };
    const expire = (onlyOf?: readonly string[]): void => {
      if (has('holds do not expire')) return;
      const early = has('holds expire early') ? 1000 * 60 * 60 : 0;
      for (const [id, { expiresAt, claims }] of holds) {
        if (onlyOf && !claims.some(({ counter }) => onlyOf.includes(counter))) continue;
        if (expiresAt - early > now()) continue;
        if (has('releasing gives back what has expired')) {
          for (const { counter, amount, expiresAt: end } of claims) open(counter, end).held -= amount;
          holds.set(id, { claims, expiresAt: Number.POSITIVE_INFINITY });
        } else giveBack(id);
        if (has('settling needs a known id')) over.set(id, 'settled');
        if (has('extending brings back what has expired')) lost.set(id, claims);
        if (has('an expired reservation is granted again without looking')) expired.add(id);
      }
    };
    const stateOf = ({ counter, also = [] }: BudgetClaim): BudgetState => {
      const others = has('other counters do not count') ? [] : also;
      const states = [counter, ...others].map((name) => counterAt(name));
      const held = has('held amounts of other counters do not count') ? states.slice(0, 1) : states;
      return {
        spent: states.reduce((sum, one) => sum + (one?.spent ?? 0), 0),
        held: held.reduce((sum, one) => sum + (one?.held ?? 0), 0),
      };
    };
    const hold = (id: string, claims: readonly BudgetClaim[], holdMs: number): void => {
      for (const { counter, amount, expiresAt, also = [] } of claims) {
        const all = has('other counters are held as well') ? [counter, ...also] : [counter];
        for (const name of all) open(name, expiresAt).held += cut(amount);
      }
      holds.set(id, { claims, expiresAt: now() + holdMs });
    };
    const fits = (claim: BudgetClaim, claims: readonly BudgetClaim[]): boolean => {
      const { spent, held } = stateOf(claim);
      const own = has('a reservation looks at each claim by itself') ? [claim] : claims;
      const names = [claim.counter, ...(has('other counters do not count') ? [] : (claim.also ?? []))];
      const wanted = own
        .filter(({ counter }) => names.includes(counter))
        .reduce((sum, { amount }) => sum + cut(amount), 0);
      const paid = has('a reservation does not look at what is spent') ? 0 : spent;
      const kept = has('a reservation does not look at what is held') ? 0 : held;
      if (has('a reservation holds as much as is left')) return paid + kept < claim.limit || wanted === 0;
      const all = paid + kept + wanted;
      return has('a reservation must stay below the limit') ? all < claim.limit : !(all > claim.limit);
    };
    const firstRefused = (claims: readonly BudgetClaim[]): number => {
      const looked = has('a reservation looks at its first claim only') ? claims.slice(0, 1) : claims;
      const isTooMuch = (claim: BudgetClaim): boolean => !fits(claim, claims);
      return has('a reservation tells the last claim that did not fit')
        ? looked.findLastIndex(isTooMuch)
        : looked.findIndex(isTooMuch);
    };

    return {
      async reserve(given, claims, holdMs) {
        check(claims.flatMap(({ amount, limit }) => [amount, limit]));
        check([holdMs, holdMs - 1]);
        const id = idOf(given);
        const lazy = has('holds are given back when somebody looks at them');
        if (!lazy) expire();
        const states = (): BudgetState[] => claims.map(stateOf);
        const end = over.get(id);
        const isLate =
          (end === 'settled' && !has('a late reservation holds what is settled')) ||
          (end === 'released' && !has('a late reservation holds what was given up'));
        if (isLate && has('a late reservation is granted')) return { granted: true, states: states() };
        if (isLate) return { granted: false, refused: 'over', states: states() };
        if (holds.has(id) && has('a retry is refused'))
          return { granted: false, refused: 0, states: states() };
        if ((holds.has(id) && !has('a retry holds again')) || expired.has(id))
          return { granted: true, states: states() };
        const place = firstRefused(claims);
        if (has('a reservation looks and holds in two steps')) await undefined;
        const before = states();
        if (place >= 0 || refused.has(id)) {
          if (has('a refusal holds for ever')) refused.add(id);
          if (has('a reservation holds the claims that fit'))
            hold(
              id,
              claims.filter((claim) => fits(claim, claims)),
              holdMs,
            );
          return { granted: false, refused: place, states: before };
        }
        const most = ({ limit, amount }: BudgetClaim, index: number): number =>
          Math.min(amount, limit - (before[index]?.spent ?? 0) - (before[index]?.held ?? 0));
        const held = has('a reservation holds as much as is left')
          ? claims.map((claim, index) => ({ ...claim, amount: most(claim, index) }))
          : claims;
        hold(id, held, holdMs);
        return { granted: true, states: has('a reservation tells what was before') ? before : states() };
      },
      async extend(given, holdMs) {
        if (!has('extending takes any time')) check([holdMs, holdMs - 1]);
        if (has('extending does nothing')) return;
        expire();
        for (const id of (has('extending goes on with the first of a list') ? given.slice(0, 1) : given).map(
          idOf,
        )) {
          if (has('extending forgets what is over')) over.delete(id);
          if (has('extending takes whom it does not know for over') && !holds.has(id) && !over.has(id))
            over.set(id, 'released');
          const claims = lost.get(id);
          if (claims) hold(id, claims, holdMs);
          const held = holds.get(id);
          if (!held) continue;
          if (has('extending holds once more')) hold(id, held.claims, holdMs);
          if (has('extending goes on with the first claim')) {
            giveBack(id);
            hold(id, held.claims.slice(0, 1), holdMs);
          }
          const until = now() + (has('extending is for ever') ? 1e12 : holdMs);
          const expiresAt = has('extending can shorten') ? until : Math.max(held.expiresAt, until);
          holds.set(id, { claims: holds.get(id)?.claims ?? [], expiresAt });
        }
      },
      async settle(given, charges) {
        const id = idOf(given);
        const half = has('settling half is left when the rest is refused');
        if (!half) check(charges.map(({ amount }) => amount));
        const end = over.get(id);
        if (end === 'released' && has('settling does nothing after a release')) return;
        if (end === 'settled' && !has('settling counts each time')) return;
        const claims = holds.get(id)?.claims;
        const hasHold = claims !== undefined;
        if (!hasHold && has('settling needs a hold')) return;
        if (!has('settling leaves what is held')) giveBack(id);
        over.set(id, 'settled');
        for (const [index, { counter, amount, expiresAt }] of charges.entries()) {
          if (half) check([amount]);
          const own = has('settling charges the counters of the claims') ? claims?.[index] : undefined;
          const target = open(own?.counter ?? counter, expiresAt);
          const limit = has('settling stops at the limit') ? 100 : Number.POSITIVE_INFINITY;
          target.spent = cut(Math.min(target.spent + amount, limit));
        }
      },
      async release(given) {
        const id = idOf(given);
        if (has('releasing does nothing')) return void over.set(id, over.get(id) ?? 'released');
        if (has('releasing gives back what is settled') && over.get(id) === 'settled') {
          for (const counter of counters.values()) counter.held -= Math.min(10, counter.held);
        }
        giveBack(id);
        if (!over.has(id) || has('releasing allows another settlement')) over.set(id, 'released');
      },
      async budgets(names) {
        if (has('holds are given back when somebody looks at them')) expire(names);
        else expire();
        const told = has('counters are told in the order of their names') ? names.toSorted() : names;
        return told.flatMap((name) => {
          const counter = counterAt(name);
          if (!counter && has('counters nobody used are left out')) return [];
          return { spent: counter?.spent ?? 0, held: counter?.held ?? 0 };
        });
      },
    };
  };
}
