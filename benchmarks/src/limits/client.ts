import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createPerf, type LimitOptions } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';
import { benchOptions, serve } from '../bench-process.ts';
import { REQUESTS, TOKENS, WINDOW_MS, type ClientOptions, type Rush, type RushResult } from './clients.ts';

const { limited, redisUrl, prefix, modelUrl, name } = benchOptions<ClientOptions>();
const perMinute = 60_000 / WINDOW_MS;
const limits: LimitOptions = {
  maxWait: '10m',
  models: {
    openai: {
      requestsPerMinute: REQUESTS * perMinute,
      tokensPerMinute: TOKENS * perMinute,
      window: WINDOW_MS,
    },
  },
};
const agent = new Agent({
  id: 'a',
  name: 'a',
  instructions: 'Answer briefly.',
  model: { id: 'openai/gpt-4', url: modelUrl, apiKey: 'k', api: 'responses' },
  maxRetries: 2,
} as never);
const perf = createPerf({
  store: redisStore({ url: redisUrl, prefix }),
  cache: false,
  coalesce: false,
  limits: limited && limits,
});
new Mastra({ agents: { agent }, logger: false, processors: { perf } });
serve(rushed);

async function rushed({ calls }: Rush): Promise<RushResult> {
  const begun = performance.now();
  const result = { answered: 0, failed: 0 };
  const one = async (_: unknown, call: number): Promise<void> => {
    try {
      const { error, text } = await agent.generate(`What does call ${call} of ${name} want to know?`);
      if (error ?? !text) result.failed++;
      else result.answered++;
    } catch {
      result.failed++; // how many is what the table tells
    }
  };
  await Promise.all(Array.from({ length: calls }, one));
  return { ...result, tookMs: performance.now() - begun };
}
