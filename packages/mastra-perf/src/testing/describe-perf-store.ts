import assert from 'node:assert/strict';
import { describeBus } from './describe-bus.ts';
import { describeCacheStore } from './describe-cache-store.ts';
import { describeLeases } from './describe-leases.ts';
import { describeLedger } from './describe-ledger.ts';
import { describeRates } from './describe-rates.ts';
import { isServed, written } from './sample-entries.ts';
import { registerTests, type StoreSuite, type StoreTests } from './store-suite.ts';

/** The whole contract of `PerfStore`: its life, cache, leases, bus, ledger and rates. */
export function describePerfStore(suite: StoreSuite): void {
  registerTests(suite, 'life', lifeTests);
  describeCacheStore(suite);
  describeLeases(suite);
  describeBus(suite);
  describeLedger(suite);
  describeRates(suite);
}

const lifeTests: StoreTests = {
  async 'has a name, and is healthy while it is open'({ store, second }) {
    assert.ok(store.name.trim() !== '', 'it has no name');
    assert.equal(second.name, store.name);
    await store.health();
    await second.health();
  },

  async 'connects again without losing what is there'({ store }) {
    const entry = await written(store.cache);
    await Promise.all([store.connect(), store.connect()]);
    assert.ok(await isServed(store.cache, entry), 'the entry is gone');
    await store.health();
  },

  async 'closes more than once, and leaves the place to the others'({ store, second }) {
    const entry = await written(store.cache);
    await store.close();
    await store.close();
    assert.ok(await isServed(second.cache, entry), 'the entry is gone');
    await second.health();
  },
};
