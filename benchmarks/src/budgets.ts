import { startPostgres, startSimulatedProvider, type SimulatedProvider } from '@mastra-perf/testkit';
import { LIMIT_USD, MAX_OUTPUT_TOKENS, startCallers, type Limiter, type Rush } from './budgets/callers.ts';
import { onOwnRedis } from './own-redis.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const PROCESSES = 4;
const CALLERS = 200;
const RUSH: Omit<Rush, 'resource'> = { callers: CALLERS, retryMs: 500, forMs: 60_000 };
/** Longer than the 5 seconds after which Mastra's exporter stores what it has. */
const LATER_MS = 7000;
const TITLE = `${PROCESSES} processes, each with ${CALLERS} callers at once, who share a limit of $${LIMIT_USD}`;

/** Of gpt-4, in dollars per token, as both price tables have it. */
const PRICE = { input: 30 / 1e6, output: 60 / 1e6 };
const names: Readonly<Record<Limiter, string>> = {
  redis: 'mastra-perf, Redis',
  postgres: 'mastra-perf, Postgres',
  mastra: 'Mastra TokenCostControl, Postgres',
};

/** What is spent under a limit. */
export const budgets = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    await using postgres = await startPostgres();
    const wrong: string[] = [];
    const rows: string[][] = [];
    for (const limiter of (process.env.ONLY?.split(',') as Limiter[]) ?? ['redis', 'postgres', 'mastra'] as const) {
      const servers = { redisUrl: redis.url, connectionString: postgres.connectionString };
      const { answered, refused, failed, spent, later } = await underLimit(limiter, servers);
      rows.push([
        names[limiter],
        `${answered}`,
        `${refused}`,
        `${failed.length}`,
        `$${spent.toFixed(3)}`,
        `$${later.toFixed(3)}`,
      ]);
      if (limiter !== 'mastra' && later > LIMIT_USD)
        wrong.push(`${names[limiter]}: $${later} were spent of $${LIMIT_USD}`);
      for (const reason of new Set(failed)) wrong.push(`${names[limiter]}: ${reason}`);
    }
    return [
      {
        title: TITLE,
        columns: ['limit held by', 'answered', 'refused', 'failed', 'spent', `and ${LATER_MS / 1000} s later`],
        rows,
        notes: [
          `Model gpt-4 at $30 and $60 per million tokens, answers of at most ${MAX_OUTPUT_TOKENS} tokens, over HTTP. Who is refused asks again each second, for ${RUSH.forMs / 1000} s; the last column is what is spent when ${PROCESSES * CALLERS} ask once more later. Dollars are what the provider has billed. TokenCostControl has scope 'resource' and MastraStorageExporter with its defaults, on PostgresStoreVNext; it calls itself a best-effort threshold.`,
          versionsLine('@mastra/core', '@mastra/observability', '@mastra/pg', 'ioredis', 'pg'),
        ],
        wrong,
      },
    ];
  });

async function underLimit(
  limiter: Limiter,
  servers: { readonly redisUrl: string; readonly connectionString: string },
) {
  await using provider = await startSimulatedProvider({ timeToFirstTokenMs: 20 });
  const start = (index: number) =>
    startCallers({ ...servers, limiter, prefix: `budget_${limiter}`, modelUrl: provider.url, name: `p${index}` });
  const processes = await Promise.all(Array.from({ length: PROCESSES }, (_, index) => start(index)));
  // One after another: each makes its tables, connections and prices ready.
  for (const { rush } of processes) await rush({ callers: 1, retryMs: 0, forMs: 0, resource: 'warm-up' });
  provider.reset();
  const results = await Promise.all(processes.map(({ rush }) => rush({ ...RUSH, resource: 'customer' })));
  const spent = spentAt(provider);
  await new Promise((resolve) => setTimeout(resolve, LATER_MS));
  const again = { ...RUSH, forMs: 0, resource: 'customer' };
  const more = await Promise.all(processes.map(({ rush }) => rush(again)));
  const later = spentAt(provider);
  console.log(limiter, JSON.stringify([...results,...more].map((r) => ({ ...r, failed: r.failed.length }))));
  await Promise.all(processes.map(({ end }) => end()));
  return {
    answered: results.reduce((sum, { answered }) => sum + answered, 0),
    refused: results.reduce((sum, { refused }) => sum + refused, 0),
    failed: [...results, ...more].flatMap(({ failed }) => failed),
    spent,
    later,
  };
}

const spentAt = (provider: SimulatedProvider): number => {
  const { inputTokens, outputTokens } = provider.totals();
  return inputTokens * PRICE.input + outputTokens * PRICE.output;
};
