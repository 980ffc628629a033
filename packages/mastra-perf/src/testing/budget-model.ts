import type { BudgetAnswer, BudgetCharge, BudgetClaim, BudgetState } from '../stores/ledger.ts';

/** What a ledger holds after one thing at a time was done to it. */
export interface BudgetModel {
  pass(ms: number): void;
  reserve(id: string, claims: readonly BudgetClaim[], holdMs: number): BudgetAnswer;
  extend(ids: readonly string[], holdMs: number): void;
  settle(id: string, charges: readonly BudgetCharge[]): void;
  release(id: string): void;
  budget(counter: string): BudgetState;
}

export function budgetModel(): BudgetModel {
  let time = 0;
  const over = new Set<string>();
  const settled = new Map<string, readonly BudgetCharge[]>();
  const holds = new Map<string, { readonly claims: readonly BudgetClaim[]; readonly until: number }>();

  const standing = (id: string) => {
    const hold = holds.get(id);
    return hold && hold.until > time && !over.has(id) ? hold.claims : undefined;
  };
  const total = (counter: string, lists: Iterable<readonly BudgetCharge[]>): number =>
    [...lists]
      .flat()
      .filter((one) => one.counter === counter)
      .reduce((sum, { amount }) => sum + amount, 0);
  const budget: BudgetModel['budget'] = (counter) => ({
    spent: total(counter, settled.values()),
    held: total(
      counter,
      [...holds.keys()].map((id) => standing(id) ?? []),
    ),
  });
  const stateOf = ({ counter, also = [] }: BudgetClaim): BudgetState => {
    const states = [counter, ...also].map(budget);
    const sum = (of: keyof BudgetState): number => states.reduce((all, state) => all + state[of], 0);
    return { spent: sum('spent'), held: sum('held') };
  };

  return {
    pass(ms) {
      time += ms;
    },
    reserve(id, claims, holdMs) {
      if (over.has(id)) return { granted: false, refused: 'over', states: claims.map(stateOf) };
      if (standing(id)) return { granted: true, states: claims.map(stateOf) };
      const before = claims.map(stateOf);
      const was = holds.get(id);
      holds.set(id, { claims, until: time + holdMs });
      const states = claims.map(stateOf);
      const refused = claims.findIndex(({ limit }, index) => {
        const { spent = 0, held = 0 } = states[index] ?? {};
        return spent + held > limit;
      });
      if (refused < 0) return { granted: true, states };
      holds.delete(id);
      if (was) holds.set(id, was);
      return { granted: false, refused, states: before };
    },
    extend(ids, holdMs) {
      for (const id of ids) {
        const hold = standing(id) && holds.get(id);
        if (hold) holds.set(id, { ...hold, until: Math.max(hold.until, time + holdMs) });
      }
    },
    settle(id, charges) {
      over.add(id);
      if (!settled.has(id)) settled.set(id, charges);
    },
    release: (id) => void over.add(id),
    budget,
  };
}
