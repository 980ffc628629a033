import { startPostgres, startRedis } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { PerfStore, Rates } from 'mastra-perf';
import { postgresStore } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { Pool } from 'pg';
import { median } from './median.ts';
import type { Table } from './table.ts';

const ROUNDS = 5;
const TAKES = 500;
const LANES = 64;

interface Place {
  readonly name: string;
  readonly store: PerfStore;
  /** What cannot be done without. */
  readonly roundTrip: () => Promise<unknown>;
  /** Commands that were sent so far. */
  readonly sent: () => number;
  readonly close: () => Promise<unknown>;
}

/** What a take of rates costs, beside a round trip that does nothing. */
export async function takeRates(): Promise<Table> {
  const rows: string[][] = [];
  const wrong: string[] = [];
  for (const open of [onRedis, onPostgres]) {
    const place = await open();
    try {
      const { cells, perTake } = await measured(place);
      rows.push([place.name, ...cells]);
      if (perTake !== 1) wrong.push(`${place.name} sends ${perTake} commands for a take, not 1`);
    } finally {
      await place.close();
    }
  }
  return {
    title: 'A take of the rates that processes share',
    columns: [
      'store',
      'commands',
      'round trip',
      'take of 1',
      'take of 2',
      'refused',
      `${LANES} at once`,
      'on 64 names',
    ],
    rows,
    notes: [
      `Microseconds each, one after another; the median of ${ROUNDS} rounds of ${TAKES}. The last two: takes a second, of one name and of a name each.`,
      'Servers on loopback, which share the processor with the bench; Postgres with fsync off.',
    ],
    wrong,
  };
}

async function measured({ store, roundTrip, sent }: Place) {
  const { rates } = store;
  if (!rates) throw new Error(`${store.name} has no rates`);
  const claim = (name: string, burst = 1e9) => ({ name, amount: 1, perMinute: 60, burst });
  await rates.take([claim('full', 1)], 0);
  const kinds: Array<(index: number) => Promise<unknown>> = [
    roundTrip,
    () => granted(rates, [claim('one')]),
    () => granted(rates, [claim('one'), claim('two')]),
    () => rates.take([claim('full', 1)], 0),
  ];
  const times = kinds.map((): number[] => []);
  const speeds: number[][] = [[], []];
  let perTake = Number.NaN;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, kind] of kinds.entries()) {
      const before = sent();
      const us = await microseconds(1, kind);
      if (index === 2) perTake = (sent() - before) / TAKES;
      if (round > 0) times[index]?.push(us); // the first round warms up
    }
    for (const [index, nameOf] of [() => 'one', (lane: number) => `lane ${lane}`].entries()) {
      const us = await microseconds(LANES, (lane) => granted(rates, [claim(nameOf(lane))]));
      if (round > 0) speeds[index]?.push(1e6 / us);
    }
  }
  const cells = [
    String(perTake),
    ...times.map((some) => `${median(some).toFixed(0)} µs`),
    ...speeds.map((some) => `${Math.round(median(some)).toLocaleString('en')}/s`),
  ];
  return { cells, perTake };
}

async function granted(rates: Rates, claims: Parameters<Rates['take']>[0]): Promise<void> {
  const answer = await rates.take(claims, 0);
  if (!answer.granted) throw new Error('it was refused');
}

/** Of each, on so many lanes. */
async function microseconds(lanes: number, work: (lane: number) => Promise<unknown>): Promise<number> {
  const each = Math.ceil(TAKES / lanes) * (lanes > 1 ? 10 : 1);
  const start = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let index = 0; index < each; index++) await work(lane);
    }),
  );
  return ((performance.now() - start) * 1000) / (lanes * each);
}

async function onRedis(): Promise<Place> {
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const store = redisStore({ client, prefix: redis.prefix });
  await store.connect();
  let count = 0;
  const send = client.sendCommand.bind(client);
  client.sendCommand = (...given) => (count++, send(...given));
  return {
    name: 'Redis',
    store,
    roundTrip: () => client.ping(),
    sent: () => count,
    async close() {
      await store.close();
      client.disconnect();
      await redis.stop();
    },
  };
}

async function onPostgres(): Promise<Place> {
  const postgres = await startPostgres();
  const pool = new Pool({ connectionString: postgres.connectionString, max: 10 });
  pool.on('error', () => {}); // its `end()` does not wait until the server, which is stopped then, has heard of it
  let count = 0;
  const counting = {
    query: (query: Parameters<Pool['query']>[0]) => (count++, pool.query(query as never)),
    connect: () => pool.connect(),
  };
  const store = postgresStore({ pool: counting as never });
  await store.connect();
  return {
    name: 'Postgres',
    store,
    roundTrip: () => pool.query({ name: 'nothing', text: 'SELECT 1' }),
    sent: () => count,
    async close() {
      await store.close();
      await pool.end();
      await postgres.stop();
    },
  };
}
