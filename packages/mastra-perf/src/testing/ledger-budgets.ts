import assert from 'node:assert/strict';
import { fresh, hostileNames } from './fresh-names.ts';
import { aBudget, isGranted, LONG_MS } from './sample-budgets.ts';
import { ledgerOf } from './sample-usage.ts';
import type { StoreTests } from './store-suite.ts';

const NO_AMOUNTS = [Number.NaN, -1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY];

export const budgetTests: StoreTests = {
  async 'holds what is asked for until it is settled, and then counts what was spent'(bench) {
    const [store, second] = [ledgerOf(bench.store), ledgerOf(bench.second)];
    const { counter, claim, charge, stands } = aBudget(bench.now(), 100);
    await stands([store, second], { spent: 0, held: 0 });
    const id = fresh('call');
    assert.deepEqual(await store.reserve(id, [claim({ amount: 30 })], LONG_MS), {
      granted: true,
      states: [{ spent: 0, held: 30 }],
    });
    await stands([store, second], { spent: 0, held: 30 });
    await second.settle(id, [charge(20)]);
    await stands([store, second], { spent: 20, held: 0 });
    assert.deepEqual(await second.reserve(fresh('call'), [claim({ amount: 5 })], LONG_MS), {
      granted: true,
      states: [{ spent: 20, held: 5 }],
    });
    assert.deepEqual(await store.budgets([fresh('unused'), counter, fresh('unused'), counter]), [
      { spent: 0, held: 0 },
      { spent: 20, held: 5 },
      { spent: 0, held: 0 },
      { spent: 20, held: 5 },
    ]);
    assert.deepEqual(await store.budgets([]), []);
  },

  async 'grants as much as the limit and not more, and holds nothing of what it refuses'({ store, now }) {
    const ledger = ledgerOf(store);
    const { claim, charge, hold, stands } = aBudget(now(), 100);
    await ledger.settle(fresh('call'), [charge(50)]);
    await hold(ledger, 40);
    assert.deepEqual(await ledger.reserve(fresh('call'), [claim({ amount: 11 })], LONG_MS), {
      granted: false,
      refused: 0,
      states: [{ spent: 50, held: 40 }],
    });
    await stands([ledger], { spent: 50, held: 40 });
    assert.ok(await isGranted(ledger, [claim({ amount: 10 })]), 'the limit could not be reached');
    assert.ok(await isGranted(ledger, [claim({ amount: 0 })]), 'what costs nothing was refused at the limit');
    assert.ok(!(await isGranted(ledger, [claim({ amount: 1 })])), 'the limit was passed by one');
    assert.ok(!(await isGranted(ledger, [claim({ limit: 99, amount: 0 })])), 'a lower limit does not count');
    assert.ok(await isGranted(ledger, [claim({ limit: 101, amount: 1 })]), 'a higher limit does not count');
    await stands([ledger], { spent: 50, held: 51 });
  },

  async 'grants as many as fit of forty that ask at the same time'({ store, second, now }) {
    for (let round = 0; round < 3; round++) {
      const { claim, stands } = aBudget(now(), 100);
      const answers = Array.from({ length: 40 }, async (_, index) =>
        isGranted(ledgerOf(index % 2 ? store : second), [claim()]),
      );
      const granted = (await Promise.all(answers)).filter(Boolean);
      assert.equal(granted.length, 10);
      await stands([ledgerOf(store)], { spent: 0, held: 100 });
    }
  },

  async 'holds what all claims ask for, or nothing'({ store, second, now }) {
    const ledger = ledgerOf(store);
    const [wide, narrow, full] = [aBudget(now(), 100), aBudget(now(), 15), aBudget(now(), 0)];
    const ask = async (...budgets: Array<typeof wide>) => {
      const answer = await ledger.reserve(
        fresh('call'),
        budgets.map(({ claim }) => claim()),
        LONG_MS,
      );
      return answer.granted || answer.refused;
    };
    assert.equal(await ask(wide, narrow), true);
    assert.equal(await ask(wide, narrow), 1);
    assert.equal(await ask(narrow, wide), 0);
    assert.equal(await ask(wide, full, narrow), 1);
    assert.equal(await ask(wide), true);
    for (const [budget, held] of [
      [wide, 20],
      [narrow, 10],
      [full, 0],
    ] as const)
      await budget.stands([ledger, ledgerOf(second)], { spent: 0, held });
    assert.deepEqual(await ledger.reserve(fresh('call'), [], LONG_MS), { granted: true, states: [] });
  },

  async 'grants several claims at the same time, in whatever order they stand'({ store, second, now }) {
    const budgets = [aBudget(now(), 1000), aBudget(now(), 60), aBudget(now(), 1000)];
    const claims = budgets.map(({ claim }) => claim());
    const answers = Array.from({ length: 30 }, async (_, index) =>
      isGranted(ledgerOf(index % 2 ? store : second), index % 3 ? claims : claims.toReversed()),
    );
    const granted = (await Promise.all(answers)).filter(Boolean);
    assert.equal(granted.length, 6);
    for (const { stands } of budgets) await stands([ledgerOf(store)], { spent: 0, held: 60 });
  },

  async 'adds up claims on the same counter'({ store, now }) {
    const ledger = ledgerOf(store);
    const { claim, charge, stands } = aBudget(now(), 100);
    const pair = [claim({ amount: 30 }), claim({ amount: 20 })];
    const id = fresh('call');
    const answer = await ledger.reserve(id, pair, LONG_MS);
    assert.deepEqual(answer.states, [
      { spent: 0, held: 50 },
      { spent: 0, held: 50 },
    ]);
    const each = claim({ amount: 30 });
    assert.ok(!(await isGranted(ledger, [each, each])), 'each fits, but both do not');
    assert.ok(await isGranted(ledger, pair));
    assert.ok(!(await isGranted(ledger, [claim({ amount: 0 }), claim({ amount: 1 })])));
    await ledger.settle(id, [charge(3), charge(4)]);
    await stands([ledger], { spent: 7, held: 50 });
  },

  async 'counts other counters towards the limit, and holds nothing on them'({ store, second, now }) {
    const ledger = ledgerOf(store);
    const [hour, before, earlier] = [aBudget(now(), 100), aBudget(now(), 100), aBudget(now(), 100)];
    await ledger.settle(fresh('call'), [before.charge(50), earlier.charge(5)]);
    await before.hold(ledger, 20);
    const rolling = (amount: number) => [
      hour.claim({ amount, also: [fresh('unused'), before.counter, earlier.counter] }),
    ];
    const refused = await ledgerOf(second).reserve(fresh('call'), rolling(26), LONG_MS);
    assert.deepEqual(refused, { granted: false, refused: 0, states: [{ spent: 55, held: 20 }] });
    assert.deepEqual(await ledgerOf(second).reserve(fresh('call'), rolling(25), LONG_MS), {
      granted: true,
      states: [{ spent: 55, held: 45 }],
    });
    await hour.stands([ledger], { spent: 0, held: 25 });
    await before.stands([ledger], { spent: 50, held: 20 });
    await earlier.stands([ledger], { spent: 5, held: 0 });
  },

  async 'gives back what is released'({ store, second, now }) {
    const [one, two] = [aBudget(now(), 100), aBudget(now(), 100)];
    const id = fresh('call');
    await two.hold(ledgerOf(store), 7);
    await ledgerOf(store).reserve(id, [one.claim(), two.claim()], LONG_MS);
    await ledgerOf(second).release(id);
    await one.stands([ledgerOf(store), ledgerOf(second)], { spent: 0, held: 0 });
    await two.stands([ledgerOf(store), ledgerOf(second)], { spent: 0, held: 7 });
  },

  async 'charges the counters that a settlement names, whatever they are'({ store, now }) {
    const ledger = ledgerOf(store);
    const [asked, charged] = [aBudget(now(), 100), aBudget(now(), 100)];
    const id = await asked.hold(ledger, 40);
    await charged.hold(ledger, 1);
    await ledger.settle(id, [charged.charge(150)]);
    await asked.stands([ledger], { spent: 0, held: 0 });
    await charged.stands([ledger], { spent: 150, held: 1 });
    await ledger.settle(await asked.hold(ledger, 40), []);
    await asked.stands([ledger], { spent: 0, held: 0 });
  },

  async 'counts up to 2^53 - 1'({ store, now }) {
    const ledger = ledgerOf(store);
    const most = Number.MAX_SAFE_INTEGER;
    const { claim, charge, hold, stands } = aBudget(now(), most);
    const id = await hold(ledger, most - 1);
    assert.ok(!(await isGranted(ledger, [claim({ amount: 2 })])));
    assert.ok(!(await isGranted(ledger, [claim({ amount: most })])));
    assert.ok(await isGranted(ledger, [claim({ amount: 1 })]));
    await ledger.settle(id, [charge(most - 2)]);
    await stands([ledger], { spent: most - 2, held: 1 });
  },

  async 'takes no number that is none, and does nothing then'({ store, now }) {
    const ledger = ledgerOf(store);
    const { claim, charge, hold, stands } = aBudget(now(), 100);
    const refuses = async (what: string, ask: () => Promise<unknown>) => assert.rejects(ask, Error, what);
    const id = await hold(ledger, 1);
    const held = fresh('call');
    for (const wrong of NO_AMOUNTS) {
      await refuses(`an amount of ${wrong}`, async () =>
        ledger.reserve(held, [claim(), claim({ amount: wrong })], LONG_MS),
      );
      await refuses(`a limit of ${wrong}`, async () =>
        ledger.reserve(held, [claim(), claim({ limit: wrong })], LONG_MS),
      );
      await refuses(`a hold of ${wrong} ms`, async () => ledger.reserve(held, [claim()], wrong));
      await refuses(`a charge of ${wrong}`, async () => ledger.settle(id, [charge(2), charge(wrong)]));
    }
    await refuses('a hold of no time', async () => ledger.reserve(held, [claim()], 0));
    await stands([ledger], { spent: 0, held: 1 });
    await hold(ledger, 2, held);
    await ledger.settle(id, [charge(3)]);
    await stands([ledger], { spent: 3, held: 2 });
  },

  async 'tells counters apart, and ids, whatever they look like'({ store, second, now }) {
    const names = hostileNames();
    const { claim, charge } = aBudget(now(), 100);
    for (const [index, name] of names.entries()) {
      const view = ledgerOf(index % 2 ? store : second);
      const answer = await view.reserve(name, [claim({ counter: name, amount: index + 1 })], LONG_MS);
      assert.ok(answer.granted, `${JSON.stringify(name)} is over`);
    }
    assert.deepEqual(
      await ledgerOf(store).budgets(names),
      names.map((_, index) => ({ spent: 0, held: index + 1 })),
    );
    for (const [index, name] of names.entries())
      await ledgerOf(index % 2 ? second : store).settle(name, [charge(index, { counter: name })]);
    assert.deepEqual(
      await ledgerOf(second).budgets(names),
      names.map((_, index) => ({ spent: index, held: 0 })),
    );
  },
};
