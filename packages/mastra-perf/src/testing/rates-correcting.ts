import assert from 'node:assert/strict';
import { aClaim, begins, isRefused, LONG_MS, MINUTE_MS, ratesOf, SHORT_MS } from './sample-rates.ts';
import type { StoreTests } from './store-suite.ts';

export const correctingTests: StoreTests = {
  async 'adds what was more than thought, also where nothing was taken'({ store, second }) {
    const [claim, other] = [aClaim(), aClaim()];
    begins(await ratesOf(store).take([claim], 0), 0);
    await ratesOf(second).correct([
      { ...claim, amount: 4 },
      { ...other, amount: 3 },
    ]);
    isRefused(await ratesOf(store).take([claim], 0), 3);
    isRefused(await ratesOf(store).take([other], 0), 1);
  },

  async 'gives back what was less than thought'({ store, second }) {
    const [claim, other] = [aClaim({ amount: 10 }), aClaim({ amount: 3 })];
    begins(await ratesOf(store).take([claim, other], 0), 0);
    await ratesOf(second).correct([
      { ...claim, amount: -6 },
      { ...other, amount: -1 },
    ]);
    isRefused(await ratesOf(store).take([{ ...claim, amount: 1 }], 0), 2);
    begins(await ratesOf(store).take([{ ...other, amount: 1 }], 0), 0);
    isRefused(await ratesOf(store).take([{ ...other, amount: 1 }], 0), 1);
  },

  async 'never has more at once than the burst, whatever was given back'({ store, second }) {
    for (const claim of [aClaim(), aClaim()]) {
      await ratesOf(second).take([{ ...claim, amount: 2 }], 0);
      for (let round = 0; round < 3; round++) await ratesOf(second).correct([{ ...claim, amount: -50 }]);
      for (let round = 0; round < 3; round++) begins(await ratesOf(store).take([claim], 0), 0);
      isRefused(await ratesOf(store).take([claim], 0), 1);
    }
  },

  async 'has given back what was given, and not what is taken after it'({ store, second }) {
    const claim = aClaim();
    await ratesOf(store).correct([{ ...claim, amount: -50 }]);
    await ratesOf(second).correct([{ ...claim, amount: 4 }]);
    isRefused(await ratesOf(store).take([claim], 0), 2);
  },

  async 'begins nothing while it is paused, in whatever process, and takes nothing for that'({
    store,
    second,
  }) {
    const [one, two, other] = [aClaim(), aClaim(), aClaim()];
    await ratesOf(second).pause([one.name, two.name], 5 * MINUTE_MS);
    for (const claim of [one, two]) {
      isRefused(await ratesOf(store).take([claim], 4.5 * MINUTE_MS), 5);
      isRefused(await ratesOf(second).take([{ ...claim, amount: 0 }], 0), 5);
      for (const minutes of [5, 5, 5, 6]) begins(await ratesOf(store).take([claim], LONG_MS), minutes);
    }
    isRefused(await ratesOf(store).take([other, one], 0), 7);
    begins(await ratesOf(store).take([other], 0), 0);
  },

  async 'stays paused for the longer of two times'({ store, second }) {
    const claim = aClaim();
    for (const minutes of [2, 5, 1]) await ratesOf(second).pause([claim.name], minutes * MINUTE_MS);
    isRefused(await ratesOf(store).take([claim], 0), 5);
    await ratesOf(store).pause([claim.name], 8 * MINUTE_MS);
    isRefused(await ratesOf(second).take([claim], 0), 8);
  },

  async 'is paused until that is over'(bench) {
    const claim = aClaim();
    await ratesOf(bench.store).pause([claim.name], SHORT_MS);
    const { second } = bench;
    const mayBegin = async (): Promise<boolean> => (await ratesOf(second).take([claim], 0)).granted;
    assert.ok(await bench.afterTime(SHORT_MS, mayBegin), 'the pause never ended');
  },
};
