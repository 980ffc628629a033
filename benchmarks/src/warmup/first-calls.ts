import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { PostgresStore } from '@mastra/pg';
import { createPerf } from 'mastra-perf';
import { fastPostgres } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { benchOptions, serve } from '../bench-process.ts';

/** What a process is told at its start. */
export interface FirstCallsOptions {
  readonly redisUrl: string;
  readonly postgresUrl: string;
  readonly modelUrl: string;
  readonly name: string;
}

export interface FirstCallsResult {
  /** Of the warm-up. */
  readonly warmMs: number;
  readonly parts: ReadonlyArray<{ readonly name: string; readonly status: string; readonly ms: number }>;
  /** Of each call, in their order. */
  readonly ms: readonly number[];
}

const CALLS = 15;

const { redisUrl, postgresUrl, modelUrl, name } = benchOptions<FirstCallsOptions>();
const storage = fastPostgres(new PostgresStore({ id: 'pg', connectionString: postgresUrl }));
const perf = createPerf({ store: redisStore({ url: redisUrl }), storage: { history: 'validate' } });
const support = new Agent({
  id: 'support',
  name: 'support',
  instructions: 'Answer briefly.',
  model: { id: 'sim/sim-model', url: modelUrl, apiKey: 'none' },
  memory: new Memory({ options: { lastMessages: 10 } }),
});
new Mastra({ agents: { support }, storage, logger: false, processors: { perf } });

serve<{ readonly warm: false | object }>(async ({ warm }) => {
  const { ms: warmMs, parts } = warm ? await perf.warmup(warm) : { ms: 0, parts: [] };
  const ms: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const begun = performance.now();
    // A thread of its own for each, so that all calls do the same.
    await support.generate(`Question ${call}`, { memory: { thread: `${name}-${call}`, resource: name } });
    ms.push(performance.now() - begun);
  }
  return { warmMs, parts, ms } satisfies FirstCallsResult;
});
