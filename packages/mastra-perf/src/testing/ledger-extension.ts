import assert from 'node:assert/strict';
import { fresh } from './fresh-names.ts';
import { aBudget, isGranted, LONG_MS, SHORT_MS } from './sample-budgets.ts';
import { ledgerOf } from './sample-usage.ts';
import type { StoreBench, StoreTests } from './store-suite.ts';

/** Long enough to be extended in time, short enough to wait for. */
const MEDIUM_MS = 10 * SHORT_MS;

export const ledgerExtensionTests: StoreTests = {
  async 'goes on holding what is extended, on all counters of a call, and settles it'(bench) {
    const [one, two] = [aBudget(bench.now(), 100), aBudget(bench.now(), 100)];
    const [store, second] = [ledgerOf(bench.store), ledgerOf(bench.second)];
    const id = fresh('call');
    const claims = [one.claim({ amount: 30 }), two.claim({ amount: 20 })];
    await store.reserve(id, claims, MEDIUM_MS);
    await second.extend([id], LONG_MS);
    await hasPassed(bench, MEDIUM_MS);
    await one.stands([store, second], { spent: 0, held: 30 });
    await two.stands([store, second], { spent: 0, held: 20 });
    assert.ok(!(await isGranted(second, [one.claim({ amount: 71 })])), 'there is too much room');
    assert.deepEqual(await second.reserve(id, claims, LONG_MS), {
      granted: true,
      states: [
        { spent: 0, held: 30 },
        { spent: 0, held: 20 },
      ],
    });
    await store.settle(id, [one.charge(7)]);
    await one.stands([store, second], { spent: 7, held: 0 });
    await two.stands([store, second], { spent: 0, held: 0 });
  },

  async 'extends all of a long list, and nothing else'(bench) {
    const { claim, stands } = aBudget(bench.now(), 100);
    const ledger = ledgerOf(bench.store);
    const ids = Array.from({ length: 500 }, () => fresh('call'));
    for (const place of [0, 250, 499]) await ledger.reserve(ids[place] ?? '', [claim()], MEDIUM_MS);
    await ledger.reserve(fresh('call'), [claim({ amount: 1 })], MEDIUM_MS);
    await ledgerOf(bench.second).extend(ids, LONG_MS);
    await ledger.extend([], LONG_MS);
    await hasPassed(bench, MEDIUM_MS);
    await stands([ledger], { spent: 0, held: 30 });
  },

  async 'gives back what was extended when that time is over as well'(bench) {
    const { claim } = aBudget(bench.now(), 100);
    const ledger = ledgerOf(bench.store);
    const id = fresh('call');
    await ledger.reserve(id, [claim({ amount: 100 })], MEDIUM_MS);
    await ledger.extend([id], MEDIUM_MS);
    const ask = async () => isGranted(ledgerOf(bench.second), [claim({ amount: 100 })]);
    assert.ok(await bench.afterTime(MEDIUM_MS, ask), 'it never expired');
  },

  async 'never holds for a shorter time because it was extended'(bench) {
    const { hold, stands } = aBudget(bench.now(), 100);
    const ledger = ledgerOf(bench.store);
    await ledger.extend([await hold(ledger, 10)], 1);
    await hasPassed(bench, SHORT_MS);
    await stands([ledger], { spent: 0, held: 10 });
  },

  async 'brings nothing back that is over, and holds nothing for whoever asked for nothing'(bench) {
    const { claim, charge, hold, stands } = aBudget(bench.now(), 20);
    const [store, second] = [ledgerOf(bench.store), ledgerOf(bench.second)];
    const [unknown, expired] = [fresh('call'), fresh('call')];
    const [settled, released] = [await hold(store, 3), await hold(store, 4)];
    await store.settle(settled, [charge(2)]);
    await store.release(released);
    await store.reserve(expired, [claim({ amount: 5 })], SHORT_MS);
    await hasPassed(bench, SHORT_MS);
    await second.extend([settled, released, expired, unknown], LONG_MS);
    await stands([store, second], { spent: 2, held: 0 });
    const ask = async (id: string) => {
      const answer = await store.reserve(id, [claim({ amount: 18 })], LONG_MS);
      return answer.granted || answer.refused;
    };
    assert.deepEqual([await ask(settled), await ask(released)], ['over', 'over']);
    assert.equal(await ask(unknown), true);
    assert.equal(await ask(expired), 0, 'it was granted although there is no room any more');
  },

  async 'extends by no time that is none'({ store, now }) {
    const ledger = ledgerOf(store);
    const { hold, stands } = aBudget(now(), 100);
    const id = await hold(ledger, 1);
    for (const wrong of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      await assert.rejects(async () => ledger.extend([id], wrong), Error, `${wrong} ms`);
    await stands([ledger], { spent: 0, held: 1 });
  },
};

/** Resolves when whatever was held until now for so long has expired. */
async function hasPassed({ store, now, afterTime }: StoreBench, ms: number): Promise<void> {
  const ledger = ledgerOf(store);
  const marker = aBudget(now(), 1);
  await ledger.reserve(fresh('call'), [marker.claim({ amount: 1 })], ms);
  const isOver = async () => (await ledger.budgets([marker.counter]))[0]?.held === 0;
  assert.ok(await afterTime(ms, isOver), 'it never expired');
}
