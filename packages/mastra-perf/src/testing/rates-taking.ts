import assert from 'node:assert/strict';
import { hostileNames } from './fresh-names.ts';
import { aClaim, begins, isRefused, LONG_MS, MINUTE_MS, ratesOf, SHORT_MS } from './sample-rates.ts';
import type { StoreTests } from './store-suite.ts';

export const takingTests: StoreTests = {
  async 'grants as much at once as the burst is, to all processes together, and then tells when to ask'({
    store,
    second,
  }) {
    const claim = aClaim();
    for (const view of [store, second, store]) begins(await ratesOf(view).take([claim], 0), 0);
    for (const view of [second, store]) isRefused(await ratesOf(view).take([claim], 0), 1);
  },

  async 'grants a later time to each, as far as somebody would wait'({ store, second }) {
    const claim = aClaim({ burst: 1 });
    for (const [index, view] of [store, second, second, store].entries())
      begins(await ratesOf(view).take([claim], LONG_MS), index);
    isRefused(await ratesOf(second).take([claim], 3.5 * MINUTE_MS), 4);
    begins(await ratesOf(store).take([claim], 4.5 * MINUTE_MS), 4);
  },

  async 'takes nothing when it refuses'({ store, second }) {
    const claim = aClaim({ burst: 1 });
    begins(await ratesOf(store).take([claim], 0), 0);
    for (let round = 0; round < 5; round++) isRefused(await ratesOf(second).take([claim], 0), 1);
    begins(await ratesOf(store).take([claim], LONG_MS), 1);
  },

  async 'lets each amount wait for as long as it takes to come back'({ store, second }) {
    const claim = aClaim({ amount: 3 });
    begins(await ratesOf(store).take([claim], 0), 0);
    for (const amount of [3, 2, 1]) isRefused(await ratesOf(second).take([{ ...claim, amount }], 0), amount);
    begins(await ratesOf(second).take([{ ...claim, amount: 2 }], LONG_MS), 2);
    isRefused(await ratesOf(store).take([{ ...claim, amount: 1 }], 0), 3);
  },

  async 'grants more than the burst when nothing is owed, and lets everybody wait for it'({ store, second }) {
    const claim = aClaim({ burst: 2 });
    const large = { ...claim, amount: 5 };
    begins(await ratesOf(store).take([large], 0), 0);
    isRefused(await ratesOf(second).take([claim], 0), 4);
    isRefused(await ratesOf(second).take([{ ...claim, amount: 2 }], 0), 5);
    begins(await ratesOf(second).take([large], LONG_MS), 5);
    isRefused(await ratesOf(store).take([claim], 0), 9);
  },

  async 'takes of all claims or of none, and begins with the last of them'({ store, second }) {
    const owed = aClaim({ burst: 1 });
    const free = aClaim({ perMinute: 2, burst: 1 });
    begins(await ratesOf(store).take([owed], 0), 0);
    for (const claims of [
      [owed, free],
      [free, owed],
    ])
      isRefused(await ratesOf(second).take(claims, 0), 1);
    begins(await ratesOf(store).take([free], 0), 0);
    begins(await ratesOf(second).take([free, owed], LONG_MS), 1);
    isRefused(await ratesOf(store).take([free], 0), 1.5);
    isRefused(await ratesOf(store).take([owed], 0), 2);
  },

  async 'counts in any unit: thousands of tokens, and a part of a request'({ store, second }) {
    const tokens = aClaim({ amount: 123_456, perMinute: 2_000_000, burst: 60_000 });
    const requests = aClaim({ perMinute: 0.5, burst: 1.5 });
    for (let calls = 0; calls < 20; calls++) {
      const answer = await ratesOf(calls % 2 ? store : second).take([tokens], LONG_MS);
      assert.ok(answer.granted);
    }
    isRefused(await ratesOf(store).take([{ ...tokens, amount: 60_000 }], 0), (20 * 123_456) / 2_000_000);
    begins(await ratesOf(store).take([requests], 0), 0);
    isRefused(await ratesOf(store).take([requests], 0), 1);
  },

  async 'takes nothing for nothing, and lets it begin when no more is owed than the burst'({
    store,
    second,
  }) {
    const claim = aClaim();
    const nothing = { ...claim, amount: 0 };
    for (let round = 0; round < 5; round++) begins(await ratesOf(second).take([nothing], 0), 0);
    for (const minutes of [0, 0, 0, 1]) begins(await ratesOf(store).take([claim], LONG_MS), minutes);
    isRefused(await ratesOf(second).take([nothing], 0), 1);
    begins(await ratesOf(second).take([], 0), 0);
  },

  async 'has room again when time has passed, and no more than it had'(bench) {
    const claim = aClaim({ perMinute: MINUTE_MS / SHORT_MS, burst: 2 });
    begins(await ratesOf(bench.store).take([{ ...claim, amount: 4 }], 0), 0);
    const hasRoom = async (): Promise<boolean> => {
      const { granted } = await ratesOf(bench.second).take([{ ...claim, amount: 2 }], 0);
      return granted;
    };
    assert.ok(await bench.afterTime(4 * SHORT_MS, hasRoom), 'nothing came back');
    if (!bench.advance) return;
    await bench.advance(LONG_MS);
    assert.ok(await hasRoom(), 'not all came back');
    assert.ok(!(await hasRoom()), 'more came back than was taken');
    await bench.advance(SHORT_MS);
    assert.ok(!(await hasRoom()), 'all came back in half of the time');
  },

  async 'tells names apart, whatever they look like'({ store, second }) {
    const claims = hostileNames().map((name) => aClaim({ name, burst: 1 }));
    for (const claim of claims) begins(await ratesOf(store).take([claim], 0), 0);
    for (const claim of claims) isRefused(await ratesOf(second).take([claim], 0), 1);
  },
};
