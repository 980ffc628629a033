import { startDelayProxy } from '@mastra-perf/testkit';
import { onOwnRedis } from './own-redis.ts';
import { faults } from './redis-faults/faults.ts';
import { faultTables, TITLE } from './redis-faults/tables.ts';
import { watchFault, type Watched } from './redis-faults/watch-fault.ts';
import type { Table } from './table.ts';

/** Failures and latency of calls while Redis has a fault, and whether all is well again by itself. */
export const redisFaults = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    const faultMs = Number(process.env['BENCH_FAULT_SECONDS'] ?? 30) * 1000;
    const only = process.env['BENCH_FAULTS']?.split(',');
    await using proxy = await startDelayProxy({ target: redis });
    const watched: Watched[] = [];
    for (const fault of faults) {
      if (!only || only.includes(fault.name))
        watched.push(await watchFault(fault, { redis, proxy }, faultMs));
    }
    return faultTables(watched, faultMs);
  });
