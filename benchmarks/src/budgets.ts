import { startPostgres, startSimulatedProvider, type SimulatedProvider } from '@mastra-perf/testkit';
import {
  LIMIT_USD,
  MAX_OUTPUT_TOKENS,
  startCallers,
  type Limiter,
  type Rush,
  type RushResult,
} from './budgets/callers.ts';
import { onOwnRedis } from './own-redis.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const PROCESSES = 4;
const CALLERS = 200;
const RUSH: Omit<Rush, 'resource'> = { callers: CALLERS, retryMs: 4000, forMs: 90_000 };
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
    const failures: string[] = [];
    const rows: string[][] = [];
    for (const limiter of ['redis', 'postgres', 'mastra'] as const) {
      const servers = { redisUrl: redis.url, connectionString: postgres.connectionString };
      const { first, later, spent, spentLater } = await underLimit(limiter, servers);
      rows.push([
        names[limiter],
        `${total(first, 'answered')}`,
        dollars(spent),
        `${total(later, 'answered')}`,
        dollars(spentLater),
        (Math.max(...first.map(({ tookMs }) => tookMs)) / 1000).toFixed(0),
      ]);
      if (limiter !== 'mastra' && spentLater > LIMIT_USD)
        wrong.push(`${names[limiter]}: $${spentLater} were spent of $${LIMIT_USD}`);
      const failed = total([...first, ...later], 'failed');
      if (failed > 0) failures.push(`${names[limiter]} ${failed}`);
    }
    return [
      {
        title: TITLE,
        columns: ['limit held by', 'answered', 'spent', 'answered later', 'spent in all', 'seconds'],
        rows,
        notes: [
          `Model gpt-4 at $30 and $60 per million tokens, answers of at most ${MAX_OUTPUT_TOKENS} tokens, over HTTP. Dollars are what the provider has billed. Who is refused for what others hold asks again, for ${RUSH.forMs / 1000} s at most; "later" is when ${PROCESSES * CALLERS} ask once more ${LATER_MS / 1000} s after that.`,
          `mastra-perf has its defaults. TokenCostControl has scope: 'resource' and MastraStorageExporter with its defaults on PostgresStoreVNext; its documentation calls it a best-effort threshold.`,
          ...(failures.length > 0
            ? [`Attempts that failed for another reason: ${failures.join(', ')}.`]
            : []),
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
    startCallers({
      ...servers,
      limiter,
      prefix: `budget_${limiter}`,
      modelUrl: provider.url,
      name: `p${index}`,
    });
  const processes = await Promise.all(Array.from({ length: PROCESSES }, (_, index) => start(index)));
  // One after another: each makes its tables, connections and prices ready.
  for (const { rush } of processes) await rush({ callers: 1, retryMs: 0, forMs: 0, resource: 'warm-up' });
  provider.reset();
  const first = await Promise.all(processes.map(({ rush }) => rush({ ...RUSH, resource: 'customer' })));
  const spent = spentAt(provider);
  await new Promise((resolve) => setTimeout(resolve, LATER_MS));
  const again = { ...RUSH, forMs: 0, resource: 'customer' };
  const later = await Promise.all(processes.map(({ rush }) => rush(again)));
  const spentLater = spentAt(provider);
  await Promise.all(processes.map(({ end }) => end()));
  return { first, later, spent, spentLater };
}

const total = (results: readonly RushResult[], field: 'answered' | 'failed'): number =>
  results.reduce((sum, result) => sum + result[field], 0);
const dollars = (usd: number): string => `$${usd.toFixed(3)}`;
const spentAt = (provider: SimulatedProvider): number => {
  const { inputTokens, outputTokens } = provider.totals();
  return inputTokens * PRICE.input + outputTokens * PRICE.output;
};
