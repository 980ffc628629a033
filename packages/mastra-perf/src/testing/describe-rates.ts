import assert from 'node:assert/strict';
import { interleavingTests } from './rates-interleaving.ts';
import { concurrencyTests } from './rates-concurrency.ts';
import { correctingTests } from './rates-correcting.ts';
import { takingTests } from './rates-taking.ts';
import { registerTests, type StoreSuite, type StoreTests } from './store-suite.ts';

/** The contract of `Rates`. With `capabilities: { rates: false }` it only shows that the store has none. */
export function describeRates(suite: StoreSuite): void {
  if (suite.capabilities?.rates === false) return registerTests(suite, 'rates', withoutRates);
  registerTests(suite, 'rates', takingTests);
  registerTests(suite, 'rates, corrected and paused', correctingTests);
  registerTests(suite, 'rates at the same time', concurrencyTests);
  registerTests(suite, 'rates at random', interleavingTests);
}

const withoutRates: StoreTests = {
  async 'has no rates, as it says'({ store }) {
    assert.equal(store.rates, undefined);
  },
};
