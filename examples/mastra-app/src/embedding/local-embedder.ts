import type { MastraEmbeddingModel } from '@mastra/core/vector';
import { createLocalModel } from './local-model.ts';

/** How often the local model was really asked. */
export interface EmbedderCounts {
  readonly calls: number;
  readonly texts: number;
}

/** The part of the AI SDK's embedding model (specification v2) that this application uses. */
export interface LocalEmbedder {
  readonly specificationVersion: 'v2';
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: { values: string[] }): Promise<{ embeddings: number[][] }>;
  counts(): EmbedderCounts;
  resetCounts(): void;
}

/** The local model as an AI SDK embedding model, so that Mastra takes it wherever it takes an embedder. */
export function createLocalEmbedder(): LocalEmbedder {
  const model = createLocalModel();
  let calls = 0;
  let texts = 0;
  return {
    specificationVersion: 'v2',
    provider: 'energetic-ai',
    modelId: 'model-embeddings-en-0.2.0',
    maxEmbeddingsPerCall: 32,
    supportsParallelCalls: true,
    async doEmbed({ values }) {
      calls += 1;
      texts += values.length;
      return { embeddings: await model.embed(values) };
    },
    counts: () => ({ calls, texts }),
    resetCounts() {
      calls = 0;
      texts = 0;
    },
  } satisfies MastraEmbeddingModel<string> & LocalEmbedder;
}
