import { randomUUID } from 'node:crypto';
import { service, startRedis, startSimulatedProvider, until } from '@mastra-perf/testkit';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startAgentProcess } from './fixtures/agent-processes.ts';

/* One budget for four processes on one Redis; all of them ask a model over HTTP that knows what it has billed. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
vi.setConfig({ testTimeout: 120_000 });

const LIMIT_USD = 1;
const RATE = { inputPerMillion: 20, outputPerMillion: 100 };
const MAX_OUTPUT = 100;

describe.skipIf(redis.skip)('a budget of one dollar', () => {
  test('is kept by 4 processes x 200 calls at once, and spent to less than one reservation', async () => {
    await using provider = await startSimulatedProvider({ timeToFirstTokenMs: 20 });
    const prefix = `${redis.service.prefix}${randomUUID()}`;
    const processes = await Promise.all(
      ['p0', 'p1', 'p2', 'p3'].map((name) =>
        startAgentProcess({
          name,
          redisUrl: redis.service.url,
          prefix,
          providerUrl: provider.url,
          api: 'responses',
          options: {
            cache: false,
            coalesce: false,
            storeTimeout: '5s', // here many processes share few cores
            usage: {
              prices: { '*': RATE },
              budgetMaxOutputTokens: MAX_OUTPUT,
              budgets: [{ per: 'total', limitUsd: LIMIT_USD, window: 'day', onUnavailable: 'block' }],
            },
          },
        }),
      ),
    );
    onTestFinished(() => processes.forEach((one) => one.kill('SIGKILL')));
    const billedUsd = (): number => {
      const { inputTokens, outputTokens } = provider.totals();
      return (inputTokens * RATE.inputPerMillion + outputTokens * RATE.outputPerMillion) / 1e6;
    };

    const question = 'How do four processes share one dollar?';
    const tallies = await Promise.all(processes.map((one) => one.burst({ question, count: 200 })));
    const refused = tallies.flatMap(({ errors }) => Object.entries(errors));
    expect(new Set(refused.map(([name]) => name))).toEqual(new Set(['BudgetExceededError']));
    expect(billedUsd()).toBeLessThanOrEqual(LIMIT_USD);

    // A reservation is the longest answer, and the bytes of the question with what is added to it: less than 1,500.
    const reservation = (1500 * RATE.inputPerMillion + MAX_OUTPUT * RATE.outputPerMillion) / 1e6;
    // Callers that were refused while others held what they did not need in the end, try again; a refusal is remembered a while.
    await until('the budget is spent', async () => {
      await processes[0]!.burst({ question, count: 20 });
      return LIMIT_USD - billedUsd() < reservation;
    });
    await Promise.all(processes.map((one) => one.burst({ question, count: 50 })));
    await provider.settled();
    const usd = billedUsd();
    const answers = provider.totals().requests;
    expect(answers).toBeGreaterThan(50);
    expect(usd).toBeLessThanOrEqual(LIMIT_USD);
    expect(LIMIT_USD - usd).toBeLessThan(reservation);
  });
});
