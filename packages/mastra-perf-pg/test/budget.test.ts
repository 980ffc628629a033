import { randomUUID } from 'node:crypto';
import {
  dieWhileHolding,
  service,
  spendOneDollar,
  startPostgres,
  type StartSpender,
} from '@mastra-perf/testkit';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { postgresStore } from '../src/index.ts';
import { startBudgetProcess } from './fixtures/budget-processes.ts';

/* One budget for several processes on one Postgres; all of them ask a model over HTTP that knows what it has billed. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
vi.setConfig({ testTimeout: 120_000 });

const newSchema = (): string => `test_${randomUUID()}`;
const startOn =
  (schema: string): StartSpender =>
  async (settings) => {
    const { connectionString } = postgres.service!;
    const one = await startBudgetProcess({ ...settings, connectionString, schema });
    onTestFinished(() => one.kill('SIGKILL'));
    return one;
  };

describe.skipIf(postgres.skip)('a budget of one dollar', () => {
  test('is kept by 4 processes x 200 calls at once, and spent to less than one reservation', async () => {
    const { first, last, reservation, answers, errors } = await spendOneDollar(startOn(newSchema()));
    expect(errors).toEqual(['BudgetExceededError']);
    expect(answers).toBeGreaterThan(50);
    expect(first).toBeLessThanOrEqual(1e9);
    expect(last).toBeLessThanOrEqual(1e9);
    expect(1e9 - last).toBeLessThan(reservation);
  });
});

describe.skipIf(postgres.skip)('a process that is killed while it holds what is left of a budget', () => {
  test('keeps what it had settled, and gives back the rest', async () => {
    const schema = newSchema();
    const store = postgresStore({ connectionString: postgres.service!.connectionString, schema });
    onTestFinished(() => store.close());
    const told = await dieWhileHolding(startOn(schema), store.ledger.budgets);
    const { before, after, expired, end, limit, reservation } = told;
    expect(told.billed).toBeGreaterThan(0);
    expect(before.spent).toBe(told.billed);
    expect(before.held).toBeGreaterThan(0);
    expect(after).toEqual(before);
    expect(told.refused).toEqual(['BudgetExceededError']);
    expect(expired).toEqual({ spent: told.billed, held: 0 });
    expect(end).toEqual({ spent: told.billed + told.billedLater, held: 0 });
    expect(end.spent).toBeLessThanOrEqual(limit);
    expect(limit - end.spent).toBeLessThan(reservation);
  });
});
