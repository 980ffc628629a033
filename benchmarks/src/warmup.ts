import { randomUUID } from 'node:crypto';
import { startDelayProxy, startPostgres } from '@mastra-perf/testkit';
import { startSimulatedProvider } from '@mastra-perf/testkit/simulated-provider';
import { startBenchProcess } from './bench-process.ts';
import { median } from './median.ts';
import { onOwnRedis } from './own-redis.ts';
import type { Table } from './table.ts';
import type { FirstCallsOptions, FirstCallsResult } from './warmup/first-calls.ts';

const TITLE = 'The first call of a process, with memory on Postgres and the cache on Redis';
const TRIP_MS = 5;
const PROCESSES = Number(process.env['BENCH_PROCESSES'] ?? 9);
/** Calls at the end of a process: those before them warm up what is left. */
const STEADY = 5;

const WAYS = [
  { name: 'cold', warm: false },
  { name: 'after perf.warmup()', warm: {} },
  { name: 'the same without rehearsal', warm: { rehearsal: false } },
] as const;

/** What the first call of a process has to wait for beside what every call waits for. */
export const warmup = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    await using postgres = await startPostgres();
    await using redisProxy = await startDelayProxy({ target: redis, delayMs: TRIP_MS / 2 });
    await using postgresProxy = await startDelayProxy({ target: postgres, delayMs: TRIP_MS / 2 });
    await using provider = await startSimulatedProvider();
    const model = new URL(provider.url);
    await using modelProxy = await startDelayProxy({
      target: { host: model.hostname, port: Number(model.port) },
      delayMs: TRIP_MS / 2,
    });
    const postgresUrl = new URL(postgres.connectionString);
    postgresUrl.host = `${postgresProxy.host}:${postgresProxy.port}`;
    model.host = `${modelProxy.host}:${modelProxy.port}`;

    const run = async (warm: false | object): Promise<FirstCallsResult> => {
      const options: FirstCallsOptions = {
        redisUrl: `redis://${redisProxy.host}:${redisProxy.port}`,
        postgresUrl: postgresUrl.href,
        modelUrl: model.href,
        name: randomUUID(),
      };
      const child = await startBenchProcess(new URL('./warmup/first-calls.ts', import.meta.url), options);
      const result = (await child.ask({ warm })) as FirstCallsResult;
      await child.end();
      return result;
    };

    await run(false); // makes the tables, which no later process has to do
    const results = new Map<string, FirstCallsResult[]>(WAYS.map(({ name }) => [name, []]));
    for (let round = 0; round < PROCESSES; round++)
      for (const { name, warm } of WAYS) results.get(name)?.push(await run(warm));

    const rows = WAYS.map(({ name }) => ({ name, ...figuresOf(results.get(name) ?? []) }));
    const cold = rows[0]?.added ?? Number.NaN;
    return [
      {
        title: TITLE,
        columns: ['', 'first call, ms', 'steady call, ms', 'added, ms', 'times less', 'warm-up, ms'],
        rows: rows.map(({ name, first, steady, added, warmMs }) => [
          name,
          first.toFixed(0),
          steady.toFixed(0),
          added.toFixed(0),
          (cold / added).toFixed(1),
          warmMs.toFixed(0),
        ]),
        notes: [
          `Medians of ${PROCESSES} fresh processes each, ${TRIP_MS} ms round trip to Redis, Postgres and the provider, whose answers take no time. Steady: the last ${STEADY} of 15 calls.`,
          `Parts of a warm-up: ${partsOf(results.get('after perf.warmup()') ?? [])}.`,
        ],
      },
    ];
  });

function figuresOf(results: readonly FirstCallsResult[]) {
  const of = (pick: (result: FirstCallsResult) => number): number => median(results.map(pick));
  const steadyOf = ({ ms }: FirstCallsResult): number => median(ms.slice(-STEADY));
  return {
    first: of(({ ms }) => ms[0] ?? Number.NaN),
    steady: of(steadyOf),
    added: of((result) => (result.ms[0] ?? Number.NaN) - steadyOf(result)),
    warmMs: of(({ warmMs }) => warmMs),
  };
}

function partsOf(results: readonly FirstCallsResult[]): string {
  const names = (results[0]?.parts ?? []).map(({ name }) => name);
  const msOf = (name: string): number =>
    median(results.map(({ parts }) => parts.find((part) => part.name === name)?.ms ?? Number.NaN));
  return names.map((name) => `${name} ${msOf(name).toFixed(0)} ms`).join(', ');
}
