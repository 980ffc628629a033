import { Memory } from '@mastra/memory';
import { PgVector, PostgresStore } from '@mastra/pg';
import { fastPostgres, monitoredPool } from 'mastra-perf-pg';
import type { MastraDBMessage } from '@mastra/core/agent';

export * from './common.ts';
const connectionString = process.env.DATABASE_URL ?? '';
export const pool = monitoredPool({ connectionString });
export const storage = fastPostgres(new PostgresStore({ id: 'pg', pool }));
export const memory = new Memory({
  storage,
  vector: new PgVector({ id: 'vectors', connectionString }),
  embedder: 'openai/text-embedding-3-small',
  options: { semanticRecall: true },
});
export const messages: MastraDBMessage[] = [];
export const rows = [{ id: 1, name: 'one' }];

// Where there is a server: what an application has made before.
if (connectionString !== '') {
  await storage.init();
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS app;
    CREATE TABLE IF NOT EXISTS event (id int, name text);
    CREATE TABLE IF NOT EXISTS app.user (id int PRIMARY KEY, name text)`);
}
