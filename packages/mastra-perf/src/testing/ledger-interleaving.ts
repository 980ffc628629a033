import assert from 'node:assert/strict';
import type { BudgetClaim, Ledger } from '../stores/ledger.ts';
import { budgetModel } from './budget-model.ts';
import { fresh } from './fresh-names.ts';
import { aBudget, LONG_MS, SHORT_MS } from './sample-budgets.ts';
import { ledgerOf } from './sample-usage.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { StoreBench, StoreTests } from './store-suite.ts';

const ROUNDS = 8;
const STEPS = 80;

export const ledgerInterleavingTests: StoreTests = {
  async 'reservations, extensions, settlements, releases and, with a clock of its own, time, one step at a time'(
    bench,
  ) {
    await withRandom(bench.seed, async (random) => {
      for (let round = 0; round < ROUNDS; round++) {
        const steps = stepsOn(bench, random);
        for (let step = 0; step < STEPS; step++) await random.pick(steps)();
      }
    });
  },
};

/** What can happen next, the likelier the more often it is named. Each compares with the model what the store answers. */
function stepsOn({ store, second, now, advance }: StoreBench, random: Random): Array<() => Promise<void>> {
  const model = budgetModel();
  const budgets = [40, 60, 100].map((limit) => aBudget(now(), limit));
  const counters = budgets.map(({ counter }) => counter);
  const ids: string[] = [];
  const history: string[] = [];
  const anyView = (): Ledger => ledgerOf(random.pick([store, second]));
  const anId = (): string => {
    if (ids.length === 0 || random.below(8) === 0) ids.push(fresh('call'));
    return random.pick(ids);
  };
  const numberOf = (counter: string): string => `b${counters.indexOf(counter)}`;
  const told = (what: string): string => `${what}\nafter: ${history.join('; ')}`;

  const reserve = async (): Promise<void> => {
    const id = random.below(3) > 0 ? fresh('call') : anId();
    ids.push(id);
    const claims: BudgetClaim[] = random.some(budgets, 1, 3).map(({ counter, claim }) => {
      const also = random.some(counters, 0, 2).filter((other) => other !== counter);
      return claim({ amount: random.below(25), ...(random.below(3) === 0 && { also }) });
    });
    // Where time passes by itself, nobody knows what has expired by now.
    const holdMs = advance ? random.pick([SHORT_MS, 2 * SHORT_MS, LONG_MS]) : LONG_MS;
    const asked = claims.map(({ counter, amount, also = [] }) =>
      [numberOf(counter), amount, ...also.map(numberOf)].join(' '),
    );
    history.push(`call ${ids.indexOf(id)} reserves ${asked.join(', ')} for ${holdMs}`);
    const expected = model.reserve(id, claims, holdMs);
    assert.deepEqual(await anyView().reserve(id, claims, holdMs), expected, told('a wrong answer'));
  };
  const settle = async (): Promise<void> => {
    const id = anId();
    const charges = random.some(budgets, 0, 3).map(({ charge }) => charge(random.below(15)));
    const spent = charges.map(({ counter, amount }) => `${numberOf(counter)} ${amount}`);
    history.push(`call ${ids.indexOf(id)} settles ${spent.join(', ') || 'nothing'}`);
    model.settle(id, charges);
    await anyView().settle(id, charges);
  };
  const release = async (): Promise<void> => {
    const id = anId();
    history.push(`call ${ids.indexOf(id)} is released`);
    model.release(id);
    await anyView().release(id);
  };
  const extend = async (): Promise<void> => {
    const some = [...random.some(ids.slice(-8), 0, 4), anId()]; // of the earlier ones, most are over
    const holdMs = advance ? random.pick([1, SHORT_MS, 2 * SHORT_MS]) : LONG_MS;
    history.push(`calls ${some.map((id) => ids.indexOf(id)).join(', ')} go on for ${holdMs}`);
    model.extend(some, holdMs);
    await anyView().extend(some, holdMs);
  };
  const look = async (): Promise<void> => {
    const some = random.some(counters, 0, 3);
    const expected = some.map(model.budget);
    assert.deepEqual(await anyView().budgets(some), expected, told('a budget stands otherwise'));
  };
  const wait = async (): Promise<void> => {
    const ms = random.pick([1, SHORT_MS - 1, SHORT_MS]);
    history.push(`${ms} ms pass`);
    model.pass(ms);
    await advance?.(ms);
  };
  const often = [reserve, reserve, reserve, look, look];
  return [
    ...often,
    ...often,
    settle,
    settle,
    settle,
    extend,
    release,
    release,
    ...(advance ? [wait, wait] : []),
  ];
}
