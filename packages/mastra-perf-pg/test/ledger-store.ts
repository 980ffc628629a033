import { randomUUID } from 'node:crypto';
import type { BudgetClaim, LedgerEntry } from 'mastra-perf';
import { onTestFinished } from 'vitest';
import { postgresStore } from '../src/index.ts';
import { aPool } from './a-pool.ts';
import { asAdmin } from './admin.ts';
import { countingPool } from './counting-pool.ts';

export const DAY_MS = 86_400_000;

/** A store in a schema of its own, what it sends, and a look at its tables. */
export async function openLedger(
  connectionString: string,
  settings: { options?: string; max?: number } = {},
) {
  const schema = `test_${randomUUID()}`;
  const pool = aPool({ connectionString, max: 8, ...settings });
  const counting = countingPool(pool);
  const store = postgresStore({ pool: counting.pool, schema });
  onTestFinished(async () => {
    await store.close();
    await pool.end();
  });
  await store.connect();
  return {
    store,
    ledger: store.ledger,
    schema,
    counting,
    /** `$.` stands for the schema. */
    admin: <T extends Record<string, unknown>>(text: string) =>
      asAdmin<T>(connectionString, text.replaceAll('$.', `"${schema}".`)),
  };
}

export const anEntry = (over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: randomUUID(),
  at: Date.now(),
  group: { agent: 'a' },
  counts: { calls: 1, tokens: 10 },
  ...over,
});

export const aClaim = (counter: string, over: Partial<BudgetClaim> = {}): BudgetClaim => ({
  counter,
  limit: 100,
  amount: 10,
  expiresAt: Date.now() + DAY_MS,
  ...over,
});
