import assert from 'node:assert/strict';
import { fresh } from './fresh-names.ts';
import { aBudget, isGranted, LONG_MS, SHORT_MS, type SampleBudget } from './sample-budgets.ts';
import { ledgerOf } from './sample-usage.ts';
import type { StoreBench, StoreTests } from './store-suite.ts';

export const ledgerExpiryTests: StoreTests = {
  async 'gives back by itself what nobody settled or released, and nothing that is held for longer'(bench) {
    const budget = aBudget(bench.now(), 100);
    const ledger = ledgerOf(bench.store);
    await budget.hold(ledger, 30);
    await ledger.reserve(fresh('call'), [budget.claim({ amount: 70 })], SHORT_MS);
    assert.ok(await heldIs(bench, budget, 30), 'it never expired');
    assert.ok(await isGranted(ledgerOf(bench.second), [budget.claim({ amount: 70 })]), 'there is no room');
    assert.ok(!(await isGranted(ledger, [budget.claim({ amount: 1 })])), 'there is too much room');
  },

  async 'makes room for whoever asks next, whether or not somebody looked'(bench) {
    const { claim, stands } = aBudget(bench.now(), 100);
    await ledgerOf(bench.store).reserve(fresh('call'), [claim({ amount: 100 })], SHORT_MS);
    const ask = async () => isGranted(ledgerOf(bench.second), [claim({ amount: 60 })]);
    assert.ok(await bench.afterTime(SHORT_MS, ask), 'it never expired');
    await stands([ledgerOf(bench.store)], { spent: 0, held: 60 });
  },

  async 'counts what is settled after its time to hold, once'(bench) {
    const budget = aBudget(bench.now(), 100);
    const { claim, charge, stands } = budget;
    const [store, second] = [ledgerOf(bench.store), ledgerOf(bench.second)];
    const [looked, unseen] = [fresh('call'), fresh('call')];
    await budget.hold(store, 1);
    await store.reserve(looked, [claim()], SHORT_MS);
    assert.ok(await heldIs(bench, budget, 1));
    await second.settle(looked, [charge(7)]);
    await store.settle(looked, [charge(7)]);
    await store.reserve(unseen, [claim()], SHORT_MS);
    const marker = aBudget(bench.now(), 1);
    await store.reserve(fresh('call'), [marker.claim({ amount: 1 })], SHORT_MS);
    assert.ok(await heldIs(bench, marker, 0));
    await second.settle(unseen, [charge(5)]);
    await stands([store, second], { spent: 12, held: 1 });
  },

  async 'gives back once what has expired and is released later'(bench) {
    const budget = aBudget(bench.now(), 100);
    const ledger = ledgerOf(bench.store);
    const id = fresh('call');
    await ledger.reserve(id, [budget.claim()], SHORT_MS);
    await budget.hold(ledger, 50);
    assert.ok(await heldIs(bench, budget, 50));
    await ledgerOf(bench.second).release(id);
    await budget.stands([ledger], { spent: 0, held: 50 });
  },

  async 'takes what has expired for a new question when it is asked again'(bench) {
    const budget = aBudget(bench.now(), 10);
    const ledger = ledgerOf(bench.store);
    const id = fresh('call');
    const ask = async (holdMs: number) => (await ledger.reserve(id, [budget.claim()], holdMs)).granted;
    assert.ok(await ask(SHORT_MS));
    assert.ok(await heldIs(bench, budget, 0));
    await budget.hold(ledgerOf(bench.second), 5);
    assert.equal(await ask(LONG_MS), false, 'it was granted although there is no room any more');
    await budget.stands([ledger], { spent: 0, held: 5 });
  },

  async 'forgets a counter after the latest time that was given for it'(bench) {
    const ledger = ledgerOf(bench.store);
    const soon = { expiresAt: bench.now() + SHORT_MS };
    const [short, longFirst, longLast] = [100, 100, 100].map((limit) => aBudget(bench.now(), limit));
    assert.ok(short && longFirst && longLast);
    await ledger.settle(fresh('call'), [
      short.charge(1, soon),
      longFirst.charge(1),
      longLast.charge(1, soon),
    ]);
    await ledger.settle(fresh('call'), [longFirst.charge(1, soon), longLast.charge(1)]);
    await ledger.reserve(fresh('call'), [short.claim({ ...soon })], LONG_MS);
    const isForgotten = async () => {
      const [state] = await ledgerOf(bench.second).budgets([short.counter]);
      return state?.spent === 0 && state.held === 0;
    };
    assert.ok(await bench.afterTime(SHORT_MS, isForgotten), 'it never expired');
    await longFirst.stands([ledger], { spent: 2, held: 0 });
    await longLast.stands([ledger], { spent: 2, held: 0 });
  },
};

/** Whether so much is held when a short time has passed. */
const heldIs = async ({ second, afterTime }: StoreBench, { counter }: SampleBudget, held: number) =>
  afterTime(SHORT_MS, async () => {
    const [state] = await ledgerOf(second).budgets([counter]);
    return state?.held === held;
  });
