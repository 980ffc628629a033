import assert from 'node:assert/strict';
import type { BudgetCharge, BudgetClaim, BudgetState, Ledger } from '../stores/ledger.ts';
import { fresh } from './fresh-names.ts';
import { aBudget, LONG_MS, SHORT_MS, type SampleBudget } from './sample-budgets.ts';
import { anAccount, ledgerOf, summed } from './sample-usage.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { StoreBench, StoreTests } from './store-suite.ts';

const WORKERS = 8;
const CALLS = 30;

export const ledgerConcurrencyTests: StoreTests = {
  async 'eight workers who reserve, settle, release and die, and watch the limits'(bench) {
    await withRandom(bench.seed, async (random) => {
      const budgets = [90, 150, 400].map((limit) => aBudget(bench.now(), limit));
      const ledgers = Array.from({ length: WORKERS }, (_, index) =>
        ledgerOf(index % 2 ? bench.second : bench.store),
      );
      const spent = await Promise.all(
        ledgers.map(async (ledger) => work(bench, ledger, budgets, random.fork())),
      );
      const states = budgets.map(({ counter }) => ({
        spent: spent
          .flat(2)
          .filter((charge) => charge.counter === counter)
          .reduce((sum, { amount }) => sum + amount, 0),
        held: 0,
      }));
      const counters = budgets.map(({ counter }) => counter);
      const isSettled = async () => {
        const all = await ledgerOf(bench.store).budgets(counters);
        return all.every(({ held }) => held === 0);
      };
      assert.ok(await bench.afterTime(SHORT_MS, isSettled), 'something is held that nobody holds');
      assert.deepEqual(await ledgerOf(bench.second).budgets(counters), states);
    });
  },

  async 'reports while others record: sums only grow, and end exact'({ store, second, now }) {
    const { entry, rows } = anAccount(now());
    const lists = Array.from({ length: 40 }, (_, list) =>
      Array.from({ length: 5 }, () => entry({ group: { user: `u${list % 3}` } })),
    );
    const writing = { isOver: false };
    const reader = (async () => {
      const seen: number[] = [];
      while (!writing.isOver) {
        const [row] = await rows(second);
        seen.push(row?.counts['calls'] ?? 0);
        await aTurn();
      }
      return seen;
    })();
    const writers = [store, second, store].map(async (view, writer) => {
      for (const list of lists.filter((_, index) => index % 3 === writer)) {
        await ledgerOf(view).record(list);
        await aTurn();
      }
    });
    const written = Promise.all(writers).finally(() => (writing.isOver = true));
    const [seen] = await Promise.all([reader, written]);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
      'a sum became smaller',
    );
    assert.ok(new Set(seen).size > 1, 'nobody saw a sum grow');
    assert.deepEqual(await rows(store, { by: ['user'] }), summed(lists.flat(), ['user']));
  },
};

/** Makes calls, some of which are sent twice or are never ended; tells what was spent. */
async function work(
  { advance }: StoreBench,
  ledger: Ledger,
  budgets: readonly SampleBudget[],
  random: Random,
): Promise<BudgetCharge[][]> {
  const spent: BudgetCharge[][] = [];
  const check = (states: readonly BudgetState[], claims: readonly BudgetClaim[]): void => {
    for (const [index, { limit }] of claims.entries()) {
      const { spent: paid = 0, held = 0 } = states[index] ?? {};
      assert.ok(paid + held <= limit, `${paid} spent and ${held} held are more than ${limit}`);
      assert.ok(held >= 0, `${held} are held`);
    }
  };
  /** Once, or as a retry would do it: a second time, before or after the first is answered. */
  const sent = async <T>(ask: () => Promise<T>): Promise<T> => {
    const how = random.below(4);
    if (how > 1) return ask();
    const answers = how === 0 ? await Promise.all([ask(), ask()]) : [await ask(), await ask()];
    return answers[1] as T;
  };
  for (let call = 0; call < CALLS; call++) {
    const id = fresh('call');
    const claims = random.some(budgets, 1, 3).map(({ claim }) => claim({ amount: 1 + random.below(12) }));
    const isLost = random.below(6) === 0;
    const answer = await sent(async () => ledger.reserve(id, claims, isLost ? SHORT_MS : LONG_MS));
    check(answer.states, claims);
    await aTurn();
    check(await ledger.budgets(claims.map(({ counter }) => counter)), claims);
    if (isLost) await advance?.(1);
    else if (answer.granted && random.below(4) > 0) {
      const charges = claims.map(({ limit: _limit, amount, ...rest }) => ({
        ...rest,
        amount: Math.floor((amount * random.below(5)) / 12),
      }));
      await sent(async () => ledger.settle(id, charges));
      spent.push(charges);
    } else await sent(async () => ledger.release(id));
  }
  return spent;
}

/** Lets the others go on. */
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
