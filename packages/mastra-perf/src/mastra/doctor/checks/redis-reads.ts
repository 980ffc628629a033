import { defineCheck } from '../check.ts';
import { commandsOf } from '../redis-commands.ts';
import type { RedisStorage } from '../redis-storage.ts';
import { NotApplicable } from '../reason.ts';

/** Keys that one SCAN of `RedisStore` looks at. */
const SCAN_COUNT = 10_000;

const FIX = 'fastRedis(storage), of mastra-perf-redis, before new Mastra({ storage })';

/** `RedisStore` looks runs up by a scan of all keys of the server, whoever they belong to. */
export const redisScans = defineCheck({
  name: 'redis-scans',
  absent: 'no storage on Redis',
  subjects: ({ redis }) => redis,
  async examine({ where, client, workflows }: RedisStorage) {
    const commands = await commandsOf(workflows, 'getWorkflowRunById', {
      runId: 'mastra-perf-doctor',
      workflowName: 'agentic-loop',
    });
    if (!commands.some(({ name }) => name === 'scan')) return [];
    if (client.isReady === false) throw new NotApplicable('it is not connected yet');
    const keys = Number(await client.dbSize());
    const trips = Math.max(1, Math.ceil(keys / SCAN_COUNT));
    return [
      {
        code: 'MASTRA_PERF_REDIS_SCANS',
        severity: 'problem',
        where,
        what: `A look-up of a run that did not begin in this process scans all ${keys} keys of the server, in ${trips} round ${trips === 1 ? 'trip' : 'trips'}.`,
        fix: FIX,
      },
    ];
  },
});

/** For the last ten messages `RedisStore` reads and parses all of a thread: 69 ms for 10,000. */
export const redisWholeThreads = defineCheck({
  name: 'redis-whole-threads',
  absent: 'no storage on Redis',
  subjects: ({ redis }) => redis,
  async examine({ where, memory }: RedisStorage) {
    const commands = await commandsOf(memory, 'listMessages', {
      threadId: 'mastra-perf-doctor',
      perPage: 10,
      page: 0,
      orderBy: { field: 'createdAt', direction: 'DESC' },
      includeTotal: false,
    });
    const readsAll = commands.some(({ name, args }) => name === 'zRange' && args[1] === 0 && args[2] === -1);
    if (!readsAll) return [];
    return [
      {
        code: 'MASTRA_PERF_REDIS_WHOLE_THREADS',
        severity: 'problem',
        where,
        what: 'The last messages of a thread are found by reading and parsing all of its messages, in every turn.',
        fix: FIX,
      },
    ];
  },
});
