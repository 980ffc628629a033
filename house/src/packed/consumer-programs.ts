/* Programs that a stranger could have written: nothing in them is of this repository but what the packages export. */

type Imports = ReadonlyArray<readonly [from: string, names: string]>;

const OF_MASTRA: Imports = [
  ['@mastra/core', 'Mastra'],
  ['@mastra/core/agent', 'Agent'],
];
const OF_OURS: Imports = [
  ['mastra-perf', 'createPerf, isPerfError, memoryStore'],
  ['mastra-perf/testing', 'describeCacheStore'],
  ['mastra-perf-redis', 'redisStore'],
  ['mastra-perf-pg', 'postgresStore'],
];

/** What it prints when all went well; the version of Node follows. */
export const ALL_WELL = 'all is well with Node ';

/** Lines that make a model, to be called `model`. */
export const MODEL = `  let calls = 0;
  const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };
  const model = {
    specificationVersion: 'v2',
    provider: 'mock',
    modelId: 'mock-model',
    supportedUrls: {},
    async doGenerate() {
      calls++;
      const content = [{ type: 'text', text: 'answer ' + calls }];
      return { content, finishReason: 'stop', usage, warnings: [] };
    },
    async doStream() {
      calls++;
      const parts = [
        { type: 'stream-start', warnings: [] },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'answer ' + calls },
        { type: 'text-end', id: '0' },
        { type: 'finish', finishReason: 'stop', usage },
      ];
      return { stream: ReadableStream.from(parts) };
    },
  };`;

const ALONE = `
async function main() {
${MODEL}
  const support = new Agent({ id: 'support', name: 'support', instructions: 'Be short.', model });
  const mastra = new Mastra({ agents: { support }, logger: false });
  const { text } = await mastra.getAgent('support').generate('one?');
  if (text === 'answer 1') console.log('${ALL_WELL}' + process.version);
}
`;

const BODY = `
function equal(actual, expected, what) {
  const [is, was] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== was) throw new Error(what + ': expected ' + was + ', got ' + is);
}

async function main() {
${MODEL}
  const perf = createPerf({ store: memoryStore(), cache: { ttl: '1h' }, context: true, limits: true });
  const support = new Agent({ id: 'support', name: 'support', instructions: 'Be short.', model });
  const mastra = new Mastra({ agents: { support }, logger: false, processors: { perf } });
  const agent = mastra.getAgent('support');

  const ask = async (question) => {
    const result = await agent.generate(question);
    return [result.text, perf.outcome(result)?.outcome];
  };
  equal(await ask('one?'), ['answer 1', 'miss'], 'the first question');
  equal(await ask('one?'), ['answer 1', 'hit'], 'the same again');
  const streamed = await agent.stream('one?');
  let text = '';
  for await (const delta of streamed.textStream) text += delta;
  equal(text, 'answer 1', 'the same as a stream');
  equal(await ask('two?'), ['answer 2', 'miss'], 'another question');
  equal(calls, 2, 'calls of the model');
  equal((await perf.report()).saved.calls, 2, 'saved calls');

  // Nobody listens there, and nobody is asked: a store connects when it is needed.
  const stores = [
    redisStore({ url: 'redis://127.0.0.1:1' }),
    postgresStore({ connectionString: 'postgres://127.0.0.1:1/none' }),
  ];
  equal(stores.map(({ name }) => name), ['redis', 'postgres'], 'names of the stores');
  for (const store of stores) await store.close();
  equal(typeof describeCacheStore, 'function', 'the contract suite');
  let refused;
  try {
    createPerf({ cahce: true });
  } catch (error) {
    refused = isPerfError(error) && error.code;
  }
  equal(refused, 'MASTRA_PERF_CONFIG', 'a misspelled option');
  await perf.close();
  console.log('${ALL_WELL}' + process.version);
}
`;

const RUN = `
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;

const esm = (imports: Imports, body: string): string =>
  `${imports.map(([from, names]) => `import { ${names} } from '${from}';`).join('\n')}\n${body}${RUN}`;
const cjs = (imports: Imports, body: string): string =>
  `${imports.map(([from, names]) => `const { ${names} } = require('${from}');`).join('\n')}\n${body}${RUN}`;

/** Files of a project. Those of Mastra alone tell whether it is ours that does not run. */
export const PROGRAMS = {
  'program.mjs': esm([...OF_MASTRA, ...OF_OURS], BODY),
  'program.cjs': cjs([...OF_MASTRA, ...OF_OURS], BODY),
  'alone.mjs': esm(OF_MASTRA, ALONE),
  'alone.cjs': cjs(OF_MASTRA, ALONE),
} as const;

const TYPED_OURS = `import { createPerf, isPerfError, type Perf, type PerfOptions, type PerfStore } from 'mastra-perf';
import { describeCacheStore } from 'mastra-perf/testing';
import { redisStore } from 'mastra-perf-redis';
import { postgresStore } from 'mastra-perf-pg';

const options: PerfOptions = {
  store: redisStore({ url: 'redis://localhost' }),
  cache: { ttl: '1h', staleIfError: '1d' },
  context: { maxTokens: 16_000 },
  usage: { budgets: [{ per: 'resource', limitUsd: 5, window: 'day' }] },
  agents: { support: { cache: { ttl: '5m' } }, legal: { cache: false } },
};
export const perf: Perf = createPerf(options);
export const other: PerfStore = postgresStore({ connectionString: 'postgres://localhost' });
export const code = (error: unknown): string | undefined => (isPerfError(error) ? error.code : undefined);
void describeCacheStore;

// @ts-expect-error: no option is called so
createPerf({ cahce: true });
`;

/** For the compiler alone. That of ours has no Mastra in it, whose types some compilers do not let `require` have. */
export const TYPED_PROGRAMS = {
  ours: TYPED_OURS,
  whole: `import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import type { OutcomeName } from 'mastra-perf';
${TYPED_OURS}
const support = new Agent({ id: 'support', name: 'support', instructions: 'Be short.', model: 'openai/gpt-5-mini' });
export const mastra = new Mastra({ agents: { support }, processors: { perf } });

export async function ask(question: string): Promise<OutcomeName | undefined> {
  const result = await support.generate(question, { requestContext: perf.context({ cache: 'refresh', tags: ['kb:42'] }) });
  const outcome = perf.outcome(result);
  const savedUsd: number | undefined = outcome?.saved?.usd;
  void savedUsd;
  return outcome?.outcome;
}
`,
} as const;
