import assert from 'node:assert/strict';
import { budgetTests } from './ledger-budgets.ts';
import { ledgerConcurrencyTests } from './ledger-concurrency.ts';
import { ledgerExpiryTests } from './ledger-expiry.ts';
import { ledgerExtensionTests } from './ledger-extension.ts';
import { ledgerInterleavingTests } from './ledger-interleaving.ts';
import { recordingTests } from './ledger-recording.ts';
import { reportTests } from './ledger-reports.ts';
import { ledgerRetryTests } from './ledger-retries.ts';
import { registerTests, type StoreSuite, type StoreTests } from './store-suite.ts';

/** The contract of `Ledger`, as tests. With `capabilities: { ledger: false }` it only shows that the store has none. */
export function describeLedger(suite: StoreSuite): void {
  if (suite.capabilities?.ledger === false) return registerTests(suite, 'ledger', withoutLedger);
  registerTests(suite, 'ledger, recording', recordingTests);
  registerTests(suite, 'ledger, reports', reportTests);
  registerTests(suite, 'ledger, budgets', budgetTests);
  registerTests(suite, 'ledger, retries', ledgerRetryTests);
  registerTests(suite, 'ledger, expiry', ledgerExpiryTests);
  registerTests(suite, 'ledger, extension', ledgerExtensionTests);
  registerTests(suite, 'ledger, in any order', ledgerInterleavingTests);
  registerTests(suite, 'ledger, at the same time', ledgerConcurrencyTests);
}

const withoutLedger: StoreTests = {
  async 'has no ledger, as it says'({ store }) {
    assert.equal(store.ledger, undefined);
  },
};
