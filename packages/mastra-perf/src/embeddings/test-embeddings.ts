import { settled, testClock, type TestClock } from '../base/test-clock.ts';
import type { EmbedCall, EmbedReply, EmbedRequest } from '../pipeline/embedder-proxy.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import { createEmbeddings, type EmbeddingsDeps } from './embeddings.ts';

/*
 * Embeddings with a model for tests: time stands still, nothing is left to chance. Imported only by tests.
 */

/** A vector that tells its text: the codes of its characters in hundredths, which no half as long number holds exactly. */
export const vectorOf = (text: string): number[] => [
  text.length,
  ...Array.from({ length: 3 }, (_, at) => (text.charCodeAt(at) || 0) / 100),
];

export interface TestModel {
  readonly maxEmbeddingsPerCall?: number | Promise<number | undefined>;
  readonly supportsParallelCalls?: boolean;
  answer(request: EmbedRequest): Promise<EmbedReply>;
  /** The texts of each request. */
  readonly asked: string[][];
}

export function testModel(given: Partial<TestModel> = {}): TestModel {
  const asked: string[][] = [];
  return {
    answer: async ({ values }) => ({
      embeddings: values.map(vectorOf),
      usage: { tokens: values.reduce((sum, text) => sum + text.length, 0) },
      warnings: [],
    }),
    ...given,
    asked,
  };
}

export interface TestEmbeddingsOptions extends Partial<
  Pick<EmbeddingsDeps, 'bounds' | 'count' | 'encryptionKeys' | 'settingsOf' | 'owes'>
> {
  readonly clock?: TestClock;
  readonly store?: CacheStore;
  readonly model?: TestModel;
}

export function testEmbeddings({
  clock = testClock(),
  model = testModel(),
  store,
  ...given
}: TestEmbeddingsOptions = {}) {
  const faults: unknown[] = [];
  const savings: [texts: number, tokens: number][] = [];
  const unreadable: string[] = [];
  const dimensions: [from: number, to: number][] = [];
  const embeddings = createEmbeddings({
    bounds: {},
    clock,
    store,
    settingsOf: () => ({}),
    count: async (_call, ask) => ask(),
    saved: (_call, texts, tokens) => void savings.push([texts, tokens]),
    async invalidate(names) {
      await store?.invalidateTags(names);
      embeddings.forget(names);
    },
    owes: () => false,
    onUnreadable: (_key, reason) => void unreadable.push(reason),
    onDimensions: (_model, from, to) => void dimensions.push([from, to]),
    fault: (_where, error) => void faults.push(error),
    ...given,
  });
  const begin = (values: readonly string[], more: TestRequest = {}): Promise<EmbedReply> => {
    const { agent = 'a', modelId = 'e1', ...request } = more;
    const call: EmbedCall = {
      model: { provider: 'acme', modelId, specification: 'v3' },
      source: model,
      request: { values, ...request },
      caller: { agent, scope: [] },
      overrides: {},
    };
    const reply = embeddings.embed(call, async (asked) => {
      model.asked.push([...asked.values]);
      return model.answer(asked);
    });
    reply.catch(() => undefined); // a test may look at it later
    return reply;
  };
  return {
    embeddings,
    clock,
    model,
    faults,
    savings,
    unreadable,
    dimensions,
    begin,
    /** Begins and lets the wait for others pass. */
    async ask(values: readonly string[], more?: TestRequest): Promise<EmbedReply> {
      const reply = begin(values, more);
      await pass(clock);
      return reply;
    },
  };
}

export interface TestRequest {
  readonly agent?: string;
  readonly modelId?: string;
  readonly abortSignal?: AbortSignal;
  readonly [field: string]: unknown;
}

/** Everything that is ready goes on, and every wait ends. */
export async function pass(clock: TestClock): Promise<void> {
  for (let turn = 0; turn < 8; turn++) {
    await settled();
    clock.endTurn();
    clock.advance(5);
  }
  await settled();
}
