import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { PostgresStore } from '@mastra/pg';
import { mockModel, service, startDelayProxy, startPostgres } from '@mastra-perf/testkit';
import { createPerf, type WarmUpReport } from 'mastra-perf';
import { Pool } from 'pg';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { postgresStore } from '../src/index.ts';
import { newSchema } from './fast-store.ts';

vi.setConfig({ testTimeout: 60_000 });

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

/** With the memory and the cache on the same server. */
async function anApp() {
  const { connectionString } = postgres.service;
  const proxy = await startDelayProxy({ target: postgres.service });
  const url = new URL(connectionString);
  url.host = `${proxy.host}:${proxy.port}`;
  const pool = new Pool({ connectionString: url.href, max: 5 });
  pool.on('error', () => undefined);
  const storage = new PostgresStore({ id: 'pg', pool, schemaName: newSchema() });
  const perf = createPerf({ store: postgresStore({ connectionString: url.href, schema: newSchema() }) });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer.',
    model: mockModel() as never,
    memory: new Memory(),
  });
  new Mastra({ agents: { a: agent }, storage, logger: false, processors: { perf } });
  onTestFinished(async () => {
    await perf.close();
    await proxy.close();
    await pool.end();
  });
  return { proxy, pool, perf, agent };
}

const statusesOf = ({ parts }: WarmUpReport) =>
  Object.fromEntries(parts.map(({ name, status }) => [name, status]));

describe.skipIf(postgres.skip)('perf.warmup() on Postgres', () => {
  test('makes the tables and so many connections, and the first call opens none', async () => {
    const { pool, perf, agent } = await anApp();
    // The tables of the store are made within 2 s or, on a busy machine, a little later.
    await expect
      .poll(async () => statusesOf(await perf.warmup({ connections: 3, timeout: '20s' })), {
        timeout: 30_000,
      })
      .toMatchObject({ store: 'done', storage: 'done', 'memory a': 'done' });
    expect(pool.totalCount).toBeGreaterThanOrEqual(3);
    let opened = 0;
    pool.on('connect', () => opened++);
    await agent.generate('Hello', { memory: { thread: 't', resource: 'alice' } });
    expect(opened).toBe(0);
  });

  test('is delayed by its time at most when the server takes connections and says nothing', async () => {
    const { proxy, perf } = await anApp();
    proxy.freeze();
    const begun = performance.now();
    const report = await perf.warmup({ timeout: 700, rehearsal: false });
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(statusesOf(report)).toMatchObject({ store: 'late', storage: 'late', prices: 'done' });
    proxy.thaw();
    await expect
      .poll(async () => statusesOf(await perf.warmup({ timeout: '5s', rehearsal: false })), {
        timeout: 30_000,
      })
      .toMatchObject({ store: 'done', storage: 'done' });
  });

  test('is done at once when the server refuses connections', async () => {
    const { proxy, perf } = await anApp();
    proxy.refuse();
    const report = await perf.warmup({ timeout: '10s', rehearsal: false });
    expect(statusesOf(report)).toMatchObject({ store: 'failed', storage: 'failed', prices: 'done' });
    expect(report.ms).toBeLessThan(9_000);
  });
});
