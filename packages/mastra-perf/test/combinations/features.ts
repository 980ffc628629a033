import { hashVector } from '@mastra-perf/testkit';
import { memoryStore, type PerfOptions } from '../../src/index.ts';

/** Something that can be turned on, with what is needed for it to have an effect on calls. */
export interface Feature {
  readonly name: string;
  readonly options: () => PerfOptions;
}

/** Nothing at all: what a combination has on is what it names. */
const NOTHING: PerfOptions = {
  cache: false,
  coalesce: false,
  usage: false,
  latency: false,
  embeddings: false,
  storage: false,
  dashboard: false,
};

/** Of a family of its own, so that what it embeds is not counted with what memories embed. */
const questionEmbedder = {
  specificationVersion: 'v3' as const,
  provider: 'house',
  modelId: 'questions',
  maxEmbeddingsPerCall: 100,
  supportsParallelCalls: true,
  doEmbed: async ({ values }: { readonly values: readonly string[] }) => ({
    embeddings: values.map((text) => hashVector(text, 16)),
    usage: { tokens: values.length },
    warnings: [],
  }),
};

export const features: readonly Feature[] = [
  { name: 'cache', options: () => ({ cache: true }) },
  {
    name: 'stale answers',
    options: () => ({ cache: { staleIfError: '1h', staleWhileRevalidate: '1h', earlyRefresh: true } }),
  },
  { name: 'normalized questions', options: () => ({ cache: { normalize: 'insensitive' } }) },
  {
    name: 'semantic cache',
    options: () => ({
      cache: {
        // Tests judge no time: a busy machine is no fault.
        semantic: {
          embedder: questionEmbedder,
          verify: () => false,
          tools: true,
          structuredOutput: true,
          timeout: '1m',
        },
      },
    }),
  },
  { name: 'coalescing', options: () => ({ coalesce: true }) },
  { name: 'embeddings', options: () => ({ embeddings: true }) },
  { name: 'window', options: () => ({ context: { maxTokens: 160 } }) },
  { name: 'recall', options: () => ({ context: { recall: { scope: 'resource' } } }) },
  {
    name: 'compression',
    options: () => ({ context: { compress: { toolResults: 20, summarizer: () => 'a summary' } } }),
  },
  { name: 'prompt cache', options: () => ({ context: { promptCache: 'auto' } }) },
  { name: 'usage', options: () => ({ usage: true }) },
  {
    name: 'budgets',
    options: () => ({
      usage: {
        prices: { '*': { inputPerMillion: 1, outputPerMillion: 2 } },
        budgets: [
          { per: 'total', limitUsd: 1000, window: 'day' },
          { per: 'agent', limitCalls: 1000, window: 'hour' },
          { per: 'resource', limitTokens: 10_000_000, window: 'day' },
        ],
      },
    }),
  },
  {
    name: 'limits',
    options: () => ({
      limits: {
        concurrency: 1,
        models: { mock: { requestsPerMinute: 6_000_000, tokensPerMinute: 6_000_000_000 } },
      },
    }),
  },
  { name: 'storage', options: () => ({ storage: { history: 'sticky' } }) },
  { name: 'writing behind', options: () => ({ storage: { writes: 'behind' } }) },
  { name: 'monitoring', options: () => ({ latency: true }) },
  { name: 'page', options: () => ({ dashboard: true }) },
  { name: 'a store', options: () => ({ store: memoryStore() }) },
  {
    name: 'encryption',
    options: () => ({ cache: { encryptionKeys: Buffer.alloc(32, 7).toString('base64') } }),
  },
];

/** The options of several features, over nothing. */
export const optionsOf = (chosen: readonly Feature[]): PerfOptions =>
  chosen.reduce<PerfOptions>((all, { options }) => merged(all, options()), NOTHING);

function merged(all: PerfOptions, more: PerfOptions): PerfOptions {
  const before = all as Record<string, unknown>;
  const entries = Object.entries(more).map(([key, value]) => {
    const was = before[key];
    return [key, isPlain(was) && isPlain(value) ? { ...was, ...value } : isPlain(was) ? was : value];
  });
  return { ...all, ...Object.fromEntries(entries) };
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export interface Combination {
  readonly name: string;
  readonly chosen: readonly Feature[];
}

function combination(chosen: readonly Feature[]): Combination {
  const missing = features.filter((one) => !chosen.includes(one)).map(({ name }) => name);
  if (missing.length === 0) return { name: 'everything', chosen };
  if (missing.length === 1) return { name: `everything but ${missing.join()}`, chosen };
  return { name: chosen.map(({ name }) => name).join(' + '), chosen };
}

/** Groups of six so that every two features are in some group, and all of them. */
export const grouped = (): readonly Combination[] =>
  [...groupsOf(6, pairs()), features].map((chosen) => combination(chosen));

/** Each feature alone, each two of them, and all but each one. */
export const oneByOne = (): readonly Combination[] =>
  [
    ...features.map((one) => [one]),
    ...pairs(),
    ...features.map((without) => features.filter((one) => one !== without)),
  ].map((chosen) => combination(chosen));

const pairs = (): ReadonlyArray<readonly Feature[]> =>
  features.flatMap((one, index) => features.slice(index + 1).map((other) => [one, other]));

/** Takes the first pair that is in no group yet, and adds what brings most new pairs, until there is none left. */
function groupsOf(size: number, all: ReadonlyArray<readonly Feature[]>): ReadonlyArray<readonly Feature[]> {
  let left = all;
  const groups: Array<readonly Feature[]> = [];
  for (let first = left[0]; first; first = left[0]) {
    const group = [...first];
    const gain = (one: Feature): number =>
      left.filter((pair) => pair.includes(one) && pair.some((other) => group.includes(other))).length;
    while (group.length < size) {
      const others = features.filter((one) => !group.includes(one));
      group.push(others.reduce((best, one) => (gain(one) > gain(best) ? one : best)));
    }
    groups.push(group);
    left = left.filter((pair) => !pair.every((one) => group.includes(one)));
  }
  return groups;
}
