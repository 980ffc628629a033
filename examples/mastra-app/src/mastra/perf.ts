import { createPerf, type PerfOptions } from 'mastra-perf';
import { postgresStore } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { pool } from './storage.ts';

const { REDIS_URL } = process.env;

/** With one of them, all processes of the application share their answers; without, each has its own memory. */
const sharedStore = () => {
  if (REDIS_URL) return redisStore({ url: REDIS_URL, prefix: 'mastra-app' });
  return pool && postgresStore({ pool, schema: 'mastra_app_perf' });
};

/** The plugin as this application wants it; every option left out has a safe default. */
export const createAppPerf = (more: PerfOptions = {}) => {
  const store = sharedStore();
  return createPerf({
    ...(store && { store }),
    // By default an answer is kept for the user who asked. This assistant answers from public pages only, the same for
    // everybody, so all users of an agent share its answers.
    cache: { ttl: '1h', scope: 'agent' },
    // What changed between versions must be as new as the pages: no answer of this agent is kept.
    agents: { changelog: { cache: false } },
    ...more,
  });
};

/** Where the answers are beside the memory of this process. */
export const storeName = REDIS_URL ? 'Redis' : pool && 'Postgres';

export const perf = createAppPerf();
