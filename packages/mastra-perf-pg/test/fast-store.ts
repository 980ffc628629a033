import { randomUUID } from 'node:crypto';
import { PostgresStore } from '@mastra/pg';
import { Pool, type PoolConfig } from 'pg';
import { onTestFinished } from 'vitest';
import { fastPostgres, type FastPostgresOptions } from '../src/index.ts';

export interface CountedPool {
  readonly pool: Pool;
  /** Every statement that was sent, also BEGIN and COMMIT, over whichever connection. */
  readonly sent: string[];
}

/** A pool that notes what each of its connections sends. */
export function countedPool(config: PoolConfig): CountedPool {
  const sent: string[] = [];
  const pool = new Pool({ max: 5, ...config });
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query(...args: unknown[]) {
        const [first] = args;
        sent.push(typeof first === 'string' ? first : (first as { text: string }).text);
        return query(...args);
      },
    });
  });
  return { pool, sent };
}

export interface OpenOptions extends FastPostgresOptions {
  readonly schemaName?: string;
  readonly pool?: PoolConfig;
}

/** Short: with a longer one Mastra makes no indexes, as their names become too long. */
export const newSchema = (): string => `fast ${randomUUID().slice(0, 8)}`;

/** Mastra's own store, with its tables. */
export async function openBare(
  connectionString: string,
  { schemaName = newSchema(), pool }: OpenOptions = {},
) {
  const counted = countedPool({ connectionString, ...pool });
  onTestFinished(() => counted.pool.end());
  const store = new PostgresStore({ id: randomUUID(), pool: counted.pool, schemaName });
  await store.init();
  return { ...counted, store, schemaName, memory: store.stores.memory! };
}

/** The same, made fast. */
export async function openFast(connectionString: string, options: OpenOptions = {}) {
  const opened = await openBare(connectionString, options);
  const { prepare = true } = options;
  const store = fastPostgres(opened.store, { prepare });
  return { ...opened, store, memory: await store.getStore('memory') };
}

/** How many statements the work takes. */
export async function statementsOf(sent: string[], work: () => Promise<unknown>): Promise<number> {
  sent.length = 0;
  await work();
  return sent.length;
}
