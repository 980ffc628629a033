import { createPerf } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';

const { REDIS_URL } = process.env;

/** The plugin as this application wants it; every option left out has a safe default. */
export const createAppPerf = () =>
  createPerf({
    // With Redis, all processes of the application share their answers; without, each has its own memory.
    ...(REDIS_URL && { store: redisStore({ url: REDIS_URL, prefix: 'mastra-app' }) }),
    // By default an answer is kept for the user who asked. This assistant answers from public pages only, the same for
    // everybody, so all users of an agent share its answers.
    cache: { ttl: '1h', scope: 'agent' },
    // What changed between versions must be as new as the pages: no answer of this agent is kept.
    agents: { changelog: { cache: false } },
  });

export const perf = createAppPerf();
