import { systemClock, type Clock } from '../../base/clock.ts';
import type { Check } from './check.ts';
import { invalidIndexes } from './checks/invalid-indexes.ts';
import { messageIndexes } from './checks/message-indexes.ts';
import { perfStore } from './checks/perf-store.ts';
import { poolConnectTimeout } from './checks/pool-connect-timeout.ts';
import { poolStatementTimeout } from './checks/pool-statement-timeout.ts';
import { poolsPerDatabase } from './checks/pools-per-database.ts';
import { readReplica } from './checks/read-replica.ts';
import { redisScans, redisWholeThreads } from './checks/redis-reads.ts';
import { slowMemory } from './checks/slow-memory.ts';
import { initAtStart, storageInMemory, storageSplit, type Env } from './checks/storages.ts';
import { vectorIndexes } from './checks/vector-indexes.ts';
import { installationOf, type DoctorHost, type StoreLike } from './installation.ts';
import type { DoctorReport, Finding } from './report.ts';

export interface DoctorDeps {
  /** Nothing is found without one. */
  readonly mastra: DoctorHost | undefined;
  /** The store of the plugin, as it was given: connected or not. */
  readonly store?: StoreLike | undefined;
  /** How long a call waits for the store. @default 50 */
  readonly storeTimeoutMs?: number | undefined;
  /** Whether a memory domain was made fast already (it has `MEMORY_TRAITS`). */
  readonly isFastMemory: (domain: object) => boolean;
  /** @default process.env */
  readonly env?: Env;
  readonly clock?: Clock;
}

/**
 * Looks for what makes an installation slow: its storages, pools, indexes and the store of the plugin. It only reads, and settles
 * within about ten seconds whatever hangs. It never rejects: what cannot be looked at is in `skipped`.
 */
export function createDoctor(deps: DoctorDeps): () => Promise<DoctorReport> {
  const { mastra, store, storeTimeoutMs = 50, isFastMemory, env = process.env, clock = systemClock } = deps;
  const checks: readonly Check[] = [
    messageIndexes,
    invalidIndexes,
    slowMemory(isFastMemory),
    vectorIndexes,
    poolConnectTimeout,
    poolStatementTimeout,
    poolsPerDatabase,
    readReplica,
    redisScans,
    redisWholeThreads,
    storageInMemory(env),
    storageSplit,
    initAtStart(env),
    perfStore(store, storeTimeoutMs),
  ];
  return async () => {
    const installation = await installationOf(mastra, clock);
    const results = await Promise.all(checks.map((check) => check.run(installation, clock)));
    return {
      findings: bySeverity(results.flatMap(({ findings }) => findings)),
      checked: checks.filter((_check, at) => results[at]?.done).map(({ name }) => name),
      skipped: [...installation.skipped, ...results.flatMap(({ skipped }) => skipped)],
    };
  };
}

const bySeverity = (findings: readonly Finding[]): Finding[] => [
  ...findings.filter(({ severity }) => severity === 'problem'),
  ...findings.filter(({ severity }) => severity === 'advice'),
];
