import { parentPort } from 'node:worker_threads';
import { createLocalModel } from './local-model.ts';
import type { EmbedReply, EmbedRequest } from './worker-messages.ts';

if (!parentPort) throw new Error('embedding/worker.ts runs only as a worker thread');

const port = parentPort;
const model = createLocalModel();

port.on('message', async (request: EmbedRequest) => {
  const vectors = await model.embed(request.texts);
  port.postMessage({ batch: request.batch, vectors } satisfies EmbedReply);
});
