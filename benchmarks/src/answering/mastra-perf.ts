import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';
import { type OpenAnswering, TTL_MS } from './answering.ts';
import { promptOf, questionOf, textOf } from './prompt.ts';

/** Ours, all options but the time to live at their defaults. A question is a whole call of a language model. */
export const mastraPerf: OpenAnswering = ({ url, prefix, model }) => {
  const perf = createPerf({
    ...(url !== undefined && { store: redisStore({ url, prefix }) }),
    cache: { ttl: TTL_MS },
  });
  // The plugin tells of a fault as a warning of the process unless somebody listens.
  perf.on('fault', () => {});
  const asked = perf.model(
    mockModel({ spec: 'v3', respond: async (options) => ({ text: await model(questionOf(options)) }) }),
  );
  return {
    ask: async (question) => textOf(await asked.doGenerate(promptOf(question))),
    close: () => perf.close(),
    counts: () => perf.cache.stats().store,
  };
};
