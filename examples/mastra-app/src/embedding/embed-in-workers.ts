import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { EmbedReply, EmbedRequest } from './worker-messages.ts';

/** More threads than this gain little and cost ~200 MB each. */
const mostWorkers = 4;

/**
 * Embeds the batches on all cores and hands over each batch as it is done, in any order.
 * Rejects, and stops every worker, as soon as one worker or `onBatch` fails.
 */
export async function embedInWorkers(
  batches: readonly (readonly string[])[],
  onBatch: (batch: number, vectors: number[][]) => Promise<void>,
): Promise<void> {
  const count = Math.min(mostWorkers, availableParallelism(), batches.length);
  const workers = Array.from({ length: count }, () => new Worker(new URL('./worker.ts', import.meta.url)));
  let next = 0;
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let batch = next++; batch < batches.length; batch = next++) {
          await onBatch(batch, await embedBatch(worker, { batch, texts: batches[batch] ?? [] }));
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function embedBatch(worker: Worker, request: EmbedRequest): Promise<number[][]> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: EmbedReply): void => {
      worker.off('error', onError);
      resolve(reply.vectors);
    };
    const onError = (error: unknown): void => {
      worker.off('message', onMessage);
      reject(error);
    };
    worker.once('message', onMessage);
    worker.once('error', onError);
    worker.postMessage(request);
  });
}
