export { describeBus } from './describe-bus.ts';
export { describeCacheStore } from './describe-cache-store.ts';
export { describeLeases } from './describe-leases.ts';
export { describeLedger } from './describe-ledger.ts';
export { describeRates } from './describe-rates.ts';
export { describePerfStore } from './describe-perf-store.ts';
export type { OpenStore, StoreCapabilities, StoreSuite, TestContext, TestRunner } from './store-suite.ts';
export {
  chaosStore,
  type ChaosStore,
  type Hold,
  type Interception,
  type StoreOperation,
} from './chaos-store.ts';
export { testClock, type TestClock } from '../base/test-clock.ts';
