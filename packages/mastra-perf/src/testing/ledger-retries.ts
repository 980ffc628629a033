import assert from 'node:assert/strict';
import { fresh } from './fresh-names.ts';
import { aBudget, isGranted, LONG_MS } from './sample-budgets.ts';
import { ledgerOf } from './sample-usage.ts';
import type { StoreTests } from './store-suite.ts';

export const ledgerRetryTests: StoreTests = {
  async 'holds once what is asked for again with the same id'({ store, second, now }) {
    const ledger = ledgerOf(store);
    const { claim, stands } = aBudget(now(), 10);
    const id = fresh('call');
    for (const view of [ledger, ledger, ledgerOf(second)]) {
      assert.deepEqual(await view.reserve(id, [claim()], LONG_MS), {
        granted: true,
        states: [{ spent: 0, held: 10 }],
      });
    }
    await ledger.release(id);
    await stands([ledger], { spent: 0, held: 0 });
  },

  async 'holds, settles and gives back once what is asked for many times at once'({ store, second, now }) {
    const { claim, charge, hold, stands } = aBudget(now(), 100);
    const [settled, released] = [fresh('call'), fresh('call')];
    await hold(ledgerOf(store), 1);
    const tenTimes = async (ask: (view: ReturnType<typeof ledgerOf>) => Promise<unknown>) =>
      Promise.all(Array.from({ length: 10 }, async (_, index) => ask(ledgerOf(index % 2 ? store : second))));
    await tenTimes(async (view) => view.reserve(settled, [claim()], LONG_MS));
    await tenTimes(async (view) => view.reserve(released, [claim()], LONG_MS));
    await stands([ledgerOf(store)], { spent: 0, held: 21 });
    await tenTimes(async (view) => view.settle(settled, [charge(3)]));
    await tenTimes(async (view) => view.release(released));
    await stands([ledgerOf(store)], { spent: 3, held: 1 });
  },

  async 'counts the first settlement of an id, and no other'({ store, second, now }) {
    const { charge, hold, stands } = aBudget(now(), 100);
    const id = await hold(ledgerOf(store), 10);
    await hold(ledgerOf(store), 5);
    await ledgerOf(store).settle(id, [charge(4)]);
    await ledgerOf(second).settle(id, [charge(4)]);
    await ledgerOf(store).settle(id, [charge(40)]);
    await stands([ledgerOf(store), ledgerOf(second)], { spent: 4, held: 5 });
  },

  async 'gives back once, and not what is settled'({ store, second, now }) {
    const { charge, hold, stands } = aBudget(now(), 100);
    const [released, settled] = [await hold(ledgerOf(store), 10), await hold(ledgerOf(store), 20)];
    await hold(ledgerOf(store), 50);
    await ledgerOf(second).settle(settled, [charge(15)]);
    for (const view of [store, second, store]) {
      await ledgerOf(view).release(released);
      await ledgerOf(view).release(settled);
    }
    await stands([ledgerOf(store)], { spent: 15, held: 50 });
  },

  async 'counts what is settled after it was released, once'({ store, second, now }) {
    const { charge, hold, stands } = aBudget(now(), 100);
    const id = await hold(ledgerOf(store), 10);
    await hold(ledgerOf(store), 1);
    await ledgerOf(store).release(id);
    await ledgerOf(second).settle(id, [charge(8)]);
    await ledgerOf(store).settle(id, [charge(8)]);
    await ledgerOf(second).release(id);
    await stands([ledgerOf(store)], { spent: 8, held: 1 });
  },

  async 'counts what is settled although nothing was ever held for it, once'({ store, second, now }) {
    const { claim, charge, stands } = aBudget(now(), 100);
    const id = fresh('call');
    await ledgerOf(store).settle(id, [charge(30)]);
    await ledgerOf(second).settle(id, [charge(30)]);
    assert.deepEqual(await ledgerOf(second).reserve(id, [claim()], LONG_MS), {
      granted: false,
      refused: 'over',
      states: [{ spent: 30, held: 0 }],
    });
    await stands([ledgerOf(store)], { spent: 30, held: 0 });
  },

  async 'holds nothing for what was released before it arrived'({ store, second, now }) {
    const { claim, charge, stands } = aBudget(now(), 100);
    const id = fresh('call');
    await ledgerOf(store).release(id);
    for (const view of [store, second]) {
      assert.deepEqual(await ledgerOf(view).reserve(id, [claim()], LONG_MS), {
        granted: false,
        refused: 'over',
        states: [{ spent: 0, held: 0 }],
      });
    }
    await ledgerOf(second).settle(id, [charge(3)]);
    await stands([ledgerOf(store)], { spent: 3, held: 0 });
  },

  async 'keeps nothing of a refusal: asked again, it is a new question'({ store, second, now }) {
    const { claim, hold, stands } = aBudget(now(), 100);
    const inTheWay = await hold(ledgerOf(store), 95);
    const id = fresh('call');
    const ask = async (view: typeof store) => ledgerOf(view).reserve(id, [claim()], LONG_MS);
    assert.equal((await ask(store)).granted, false);
    assert.equal((await ask(second)).granted, false);
    await ledgerOf(store).release(inTheWay);
    assert.equal((await ask(second)).granted, true);
    assert.equal((await ask(store)).granted, true);
    await stands([ledgerOf(store)], { spent: 0, held: 10 });
  },

  async 'ends the same in whatever order what is sent twice arrives'({ store, second, now }) {
    const orders = permutations(['reserve', 'reserve', 'settle', 'settle', 'release']);
    assert.equal(orders.length, 30);
    const endings = orders.map(async (order, turn) => {
      const { claim, charge, stands, hold } = aBudget(now(), 1000);
      const view = (index: number) => ledgerOf((turn + index) % 2 ? store : second);
      const id = fresh('call');
      await hold(view(0), 100);
      for (const [index, what] of order.entries()) {
        if (what === 'reserve') await view(index).reserve(id, [claim()], LONG_MS);
        else if (what === 'settle') await view(index).settle(id, [charge(6)]);
        else await view(index).release(id);
      }
      await stands([view(0)], { spent: 6, held: 100 });
      assert.ok(await isGranted(view(0), [claim({ amount: 894 })]), order.join(', '));
    });
    await Promise.all(endings);
  },
};

/** Each once: some of these are equal. */
function permutations(of: readonly string[]): string[][] {
  if (of.length === 0) return [[]];
  return [...new Set(of)].flatMap((first) => {
    const place = of.indexOf(first);
    return permutations(of.filter((_, index) => index !== place)).map((rest) => [first, ...rest]);
  });
}
