import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { MastraServer, type HonoBindings, type HonoVariables } from '@mastra/hono';
import { Hono } from 'hono';
import { ask } from './day/ask.ts';
import { day } from './day/day.ts';
import { dayStorage } from './day/day-storage.ts';
import { playDay } from './day/play-day.ts';
import { openIndex } from './docs/index-file.ts';
import { ingest } from './docs/ingest.ts';
import { progressBar } from './docs/progress.ts';
import { createLocalEmbedder } from './embedding/local-embedder.ts';
import { buildMastra } from './mastra/build-mastra.ts';
import { simulatedModel } from './mastra/model.ts';
import { createAppPerf } from './mastra/perf.ts';
import { pool } from './mastra/storage.ts';
import { ingestLine } from './report/ingest-line.ts';
import { momentLine } from './report/moment-line.ts';
import { startDocsProvider } from './simulator/provider.ts';

/** Between two moments of the day. */
const PAUSE_MS = 3000;
const port = Number(process.env['PORT'] ?? 4111);

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());

const { file, ...ingested } = await ingest(progressBar('Reading the documentation'));
console.log(ingestLine({ file, ...ingested }));

const index = openIndex(file);
const provider = await startDocsProvider();
const storage = await dayStorage();
const perf = createAppPerf({
  // So short that models go on being asked.
  cache: { ttl: '2m', scope: 'agent' },
  usage: {
    budgets: [
      { name: 'today', per: 'total', limitUsd: 0.05, window: 'day', onExceed: 'warn' },
      { name: 'a visitor', per: 'resource', limitCalls: 10, window: 'hour', onExceed: 'warn' },
    ],
  },
});
const mastra = buildMastra({
  model: simulatedModel(provider.url),
  index,
  embedder: createLocalEmbedder(),
  storage: storage.open('served'),
  perf,
});
await mastra.getStorage()?.init();

const app = new Hono<{ Bindings: HonoBindings; Variables: HonoVariables }>();
await new MastraServer({ app, mastra }).init();
const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
try {
  await once(server, 'listening');
  console.log(`\nhttp://localhost:${(server.address() as AddressInfo).port}/perf  (ends with Ctrl+C)\n`);
  await untilEnded();
} finally {
  if ('closeAllConnections' in server) server.closeAllConnections();
  server.close();
  await perf.close();
  await provider.close();
  await index.close();
  await storage[Symbol.asyncDispose]();
  await pool?.end();
}

/** Each day has conversations of its own. */
async function untilEnded(): Promise<void> {
  for (let number = 1; !ended.signal.aborted; number++)
    for (const moment of day) {
      await playDay(
        [moment],
        (call) =>
          ask(mastra.getAgent(call.agent), { ...call, thread: `${call.thread}-${number}` }, perf.outcome),
        (played, answers, ms) => console.log(momentLine(played, answers, ms)),
      );
      await setTimeout(PAUSE_MS, undefined, ended).catch(() => undefined); // it is ended
      if (ended.signal.aborted) return;
    }
}
