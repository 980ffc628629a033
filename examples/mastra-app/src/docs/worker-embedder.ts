import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { EmbedReply, EmbedRequest } from '../embedding/worker-messages.ts';

/** More threads than this gain little and cost ~200 MB each. */
const mostWorkers = 4;
/** A batch is padded to its longest text, so texts of like length go together. */
const batchSize = 16;

/** The local model on all cores, in the shape of an embedding model of the AI SDK. */
export function createWorkerEmbedder() {
  const workers = Array.from(
    { length: Math.min(mostWorkers, availableParallelism()) },
    () => new Worker(new URL('../embedding/worker.ts', import.meta.url)),
  );
  return {
    specificationVersion: 'v3' as const,
    provider: 'energetic-ai',
    modelId: 'model-embeddings-en-0.2.0',
    maxEmbeddingsPerCall: 512,
    // One request keeps all cores busy by itself.
    supportsParallelCalls: false,
    async doEmbed({ values }: { values: readonly string[] }) {
      const sorted = values
        .map((text, at) => ({ text, at }))
        .toSorted((a, b) => a.text.length - b.text.length);
      const embeddings: number[][] = [];
      let next = 0;
      await Promise.all(
        workers.map(async (worker) => {
          while (next < sorted.length) {
            const batch = sorted.slice(next, (next += batchSize));
            const vectors = await embedBatch(
              worker,
              batch.map(({ text }) => text),
            );
            batch.forEach(({ at }, position) => (embeddings[at] = vectors[position] ?? []));
          }
        }),
      );
      return { embeddings };
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}

function embedBatch(worker: Worker, texts: readonly string[]): Promise<number[][]> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = ({ vectors }: EmbedReply): void => {
      settle();
      resolve(vectors);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error as Error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage({ batch: 0, texts } satisfies EmbedRequest);
  });
}
