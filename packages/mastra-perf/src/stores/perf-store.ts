import type { Bus } from './bus.ts';
import type { CacheStore } from './cache-store.ts';
import type { Leases } from './leases.ts';
import type { Ledger } from './ledger.ts';
import type { Rates } from './rates.ts';

/**
 * A place that processes share: memory, Redis, Postgres or your own. Give it to `createPerf({ store })`, which connects
 * and closes it. Time limits, a circuit breaker and retries are the plugin's work: a store answers or rejects.
 * `mastra-perf/testing` has the suites that every store passes.
 */
export interface PerfStore {
  /** Names it in events and statistics. */
  readonly name: string;
  readonly cache: CacheStore;
  /** Without leases, processes do not share calls under way. */
  readonly leases?: Leases;
  /** Without a bus, other processes notice an invalidation when their copies in memory expire. */
  readonly bus?: Bus;
  /** Without a ledger, each process counts what it used and keeps budgets by itself. */
  readonly ledger?: Ledger;
  /** Without rates, each process keeps the limits of models by itself. */
  readonly rates?: Rates;
  /** Opens what it needs; again after a failure. Operations work once it has resolved. */
  connect(): Promise<void>;
  /** One round trip to the server; rejects when it cannot be reached. */
  health(): Promise<void>;
  /** Closes what it opened. */
  close(): Promise<void>;
}
