import assert from 'node:assert/strict';
import { aClaim, begins, isRefused, LONG_MS, ratesOf } from './sample-rates.ts';
import type { StoreTests } from './store-suite.ts';

export const concurrencyTests: StoreTests = {
  async 'is exact for forty who ask at the same time'({ store, second }) {
    const [claim, queued] = [aClaim({ burst: 10 }), aClaim({ burst: 1 })];
    const views = Array.from({ length: 40 }, (_, index) => ratesOf(index % 2 ? store : second));
    const answers = await Promise.all(views.map((rates) => rates.take([claim], 0)));
    assert.equal(answers.filter(({ granted }) => granted).length, 10);
    const times = await Promise.all(views.map((rates) => rates.take([queued], LONG_MS)));
    const inOrder = times.toSorted((a, b) => a.waitMs - b.waitMs);
    for (const [index, answer] of inOrder.entries()) begins(answer, index);
  },

  async 'loses nothing that many correct and take at the same time'({ store, second }) {
    const claim = aClaim({ burst: 1 });
    const views = Array.from({ length: 30 }, (_, index) => ratesOf(index % 2 ? store : second));
    await Promise.all(
      views.map(async (rates, index) => {
        if (index % 3) await rates.take([claim], LONG_MS);
        else await rates.correct([{ ...claim, amount: 2 }]);
      }),
    );
    // Twenty calls and ten times two, whichever came first.
    isRefused(await ratesOf(store).take([claim], 0), 40);
  },

  async 'does not stand still for claims whose names stand in another order'({ store, second }) {
    const names = Array.from({ length: 6 }, () => aClaim({ burst: 100 }));
    const views = Array.from({ length: 30 }, (_, index) => ratesOf(index % 2 ? store : second));
    const answers = await Promise.all(
      views.map((rates, index) => rates.take(index % 3 ? names : names.toReversed(), 0)),
    );
    assert.equal(answers.filter(({ granted }) => granted).length, 30);
  },
};
