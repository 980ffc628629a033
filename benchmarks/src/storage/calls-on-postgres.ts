import { fastPostgres } from 'mastra-perf-pg';
import { medians, type Case } from '../measure.ts';
import type { Table } from '../table.ts';
import { aPostgresStore, type CountedStore, type PostgresServers } from './a-postgres.ts';
import { anAgent, type Level } from './an-agent.ts';

const PLAIN = 'Mastra alone';
const LEVELS: readonly Level[] = [
  { name: PLAIN },
  { name: 'mastra-perf', storage: true },
  { name: 'and fastPostgres()', storage: true, fast: true },
  { name: "and history: 'validate'", storage: { history: 'validate' }, fast: true },
  { name: "or history: 'sticky'", storage: { history: 'sticky' }, fast: true },
  { name: "and writes: 'behind'", storage: { history: 'sticky', writes: 'behind' }, fast: true },
];
const TRIPS_MS = [0, 1, 5, 25];
const rounds = { warm: 5, measured: 40 };

interface Running extends Level {
  readonly counted: CountedStore;
  readonly call: (round: number) => Promise<unknown>;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** One turn of a conversation, with each level of help, at several distances from the database. */
export async function callsOnPostgres(servers: PostgresServers): Promise<Table> {
  const running: Running[] = [];
  for (const [index, level] of LEVELS.entries()) running.push(await start(servers, level, index));
  const columns: Map<string, number>[] = [];
  const statements = new Map<string, number>();
  for (const trip of TRIPS_MS) {
    servers.proxy.setDelay(trip / 2);
    const cases: Case[] = running.map(({ name, call }) => ({ name, run: call }));
    columns.push(await medians(cases, rounds));
    for (const { flush } of running) await flush();
  }
  servers.proxy.setDelay(0);
  for (const { name, counted, call, flush } of running) {
    counted.statements();
    await call(0);
    await flush();
    statements.set(name, counted.statements());
  }
  for (const { close } of running) await close();
  return {
    title:
      'One agent call with memory on Postgres, model without latency: median ms (times as fast as Mastra alone)',
    columns: ['', 'statements', ...TRIPS_MS.map((trip) => `${trip} ms round trip`)],
    rows: LEVELS.map(({ name }) => [
      name,
      `${statements.get(name)}`,
      ...columns.map((column) => {
        const [own, plain] = [column.get(name) ?? Number.NaN, column.get(PLAIN) ?? Number.NaN];
        return `${own.toFixed(1)} (${(plain / own).toFixed(1)})`;
      }),
    ]),
    notes: [
      `${rounds.measured} interleaved rounds after ${rounds.warm} to warm up, each level in a schema and with a pool of its own. Each call includes a pause of 10 ms that Mastra makes.`,
    ],
  };
}

async function start(servers: PostgresServers, level: Level, index: number): Promise<Running> {
  const counted = await aPostgresStore(servers, `level_${index}`);
  if (level.fast) fastPostgres(counted.store);
  const { agent, perf } = anAgent(counted.store, level);
  const memory = { thread: `thread-${index}`, resource: 'user' };
  return {
    ...level,
    counted,
    call: (round) => agent.generate(`Question ${round}`, { memory }),
    flush: async () => perf?.flush(),
    async close() {
      await perf?.close();
      await counted[Symbol.asyncDispose]();
    },
  };
}
