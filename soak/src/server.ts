import { shiftClock } from './server/shifted-clock.ts';
import { setTimeout } from 'node:timers/promises';
import { chatRoute } from '@mastra/ai-sdk';
import { Mastra } from '@mastra/core/mastra';
import { MASTRA_RESOURCE_ID_KEY } from '@mastra/core/request-context';
import { registerApiRoute } from '@mastra/core/server';
import { PostgresStore } from '@mastra/pg';
import { obey } from '@mastra-perf/testkit';
import { fastPostgres, monitoredPool } from 'mastra-perf-pg';
import { HEADERS } from './headers.ts';
import { houseAgents, houseModels } from './server/agents.ts';
import type { ServerConfig } from './server/config.ts';
import { figures } from './server/figures.ts';
import { housePerf } from './server/house-perf.ts';
import { houseStore } from './server/house-store.ts';
import { ingester } from './server/ingest.ts';
import { listen } from './server/listen.ts';
import { toldEvents } from './server/told-events.ts';

/* One process of the application, as a customer would run three of behind one port. */

/** For answers that are under way when the process is told to stop. */
const GRACE_MS = 1500;
/** About as often as a call asks a server, one time after the other. */
const CONTROL_ROUND_TRIPS = 8;

const config = JSON.parse(process.argv[2] ?? '') as ServerConfig;
const pool = monitoredPool({ connectionString: config.postgresUrl, max: 10 });
const { model, embedder } = houseModels(config.providerUrl, config.name);
const store = houseStore({ ...config, pool });
const perf = housePerf({
  store,
  embedder,
  storage: { writes: config.writes, history: config.history },
});
const told = toldEvents(perf);
const ingest = ingester(perf, embedder);

const mastra = new Mastra({
  agents: houseAgents(model as never), // types of the two versions differ in what they promise to return
  storage: fastPostgres(new PostgresStore({ id: 'pg', pool, schemaName: config.schema })),
  logger: false,
  processors: { perf },
  server: {
    apiRoutes: [
      chatRoute({ path: '/chat/:agentId', version: 'v7' }),
      registerApiRoute('/ingest', {
        method: 'POST',
        handler: async (context) => context.json(await ingest(await context.req.json())),
      }),
      registerApiRoute('/control', {
        method: 'GET',
        handler: async (context) => {
          for (let time = 0; time < CONTROL_ROUND_TRIPS; time++) await store.health();
          return context.text('there');
        },
      }),
    ],
    middleware: async (context, next) => {
      const user = context.req.header(HEADERS.user);
      const requestContext = context.get('requestContext');
      if (user) requestContext.set(MASTRA_RESOURCE_ID_KEY, user);
      const phase = context.req.header(HEADERS.phase) ?? 'none';
      perf.context({ labels: { process: config.name, phase } }, requestContext);
      await next();
    },
  },
});
await mastra.getStorage()?.init();
await perf.warmup();
const listening = await listen(mastra);

let waitsFor = 'nothing';
process.once('SIGTERM', async () => {
  waitsFor = 'requests';
  const closed = listening.close();
  await Promise.race([closed, setTimeout(GRACE_MS, undefined, { ref: false })]);
  waitsFor = 'the plugin';
  await perf.close();
  // What is still open then is pages, which the plugin has let go.
  waitsFor = 'the last requests';
  await closed;
  waitsFor = 'Mastra';
  await mastra.shutdown();
  waitsFor = 'the pool';
  await pool.end();
  waitsFor = 'what is open';
  process.disconnect?.();
});

const commands = {
  port: async () => listening.port,
  figures,
  told: async () => told(),
  flush: () => perf.flush(),
  usage: () =>
    perf.usage.report({
      by: [{ label: 'process' }, { label: 'phase' }, 'purpose', 'agent', 'resource'],
      to: new Date(Date.now() + 86_400_000),
    }),
  shiftClock: async (ms: number) => shiftClock(ms),
  /** What keeps it from ending. */
  lastWords: async () =>
    `it waits for ${waitsFor}, pool ${JSON.stringify({ all: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount })}, requests ${listening.underWay().join(' ')}, ${JSON.stringify((await figures()).handles)}`,
  close: async () => undefined,
};
export type ServerCommands = typeof commands;
obey(commands);
