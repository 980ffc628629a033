import type { EmbedderLike } from '../../pipeline/embedder-proxy.ts';

export interface TestEmbedder extends EmbedderLike {
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  /** The texts of each request. */
  readonly requests: (readonly string[])[];
  readonly texts: () => number;
  /** Most requests at the same time. */
  readonly mostAtOnce: () => number;
}

export interface TestEmbedderOptions {
  readonly modelId?: string;
  readonly dimension?: number;
  readonly maxEmbeddingsPerCall?: number;
  readonly supportsParallelCalls?: boolean;
  /** Called before each answer, with the number of the request from 1; what it resolves with is the answer, unless undefined. */
  readonly answer?: (values: readonly string[], number: number, signal: AbortSignal | undefined) => unknown;
}

/** Vectors that tell texts apart, and a count of what was asked. */
export function testEmbedder(options: TestEmbedderOptions = {}): TestEmbedder {
  const { dimension = 4, modelId = 'test-embedding' } = options;
  const requests: (readonly string[])[] = [];
  let running = 0;
  let most = 0;
  return {
    specificationVersion: 'v3',
    provider: 'test',
    modelId,
    maxEmbeddingsPerCall: options.maxEmbeddingsPerCall ?? 100,
    supportsParallelCalls: options.supportsParallelCalls ?? true,
    requests,
    texts: () => requests.reduce((sum, { length }) => sum + length, 0),
    mostAtOnce: () => most,
    async doEmbed(asked: { values: string[]; abortSignal?: AbortSignal }) {
      requests.push(asked.values);
      most = Math.max(most, ++running);
      try {
        const answer = await options.answer?.(asked.values, requests.length, asked.abortSignal);
        return answer ?? { embeddings: asked.values.map((text) => vectorOf(text, dimension)) };
      } finally {
        running--;
      }
    },
  };
}

function vectorOf(text: string, dimension: number): number[] {
  let state = text.length + 1;
  for (let at = 0; at < text.length; at++) state = (state * 31 + text.charCodeAt(at)) >>> 0;
  return Array.from({ length: dimension }, (_, at) => (((state >>> at) % 1000) + 1) / 1000);
}
