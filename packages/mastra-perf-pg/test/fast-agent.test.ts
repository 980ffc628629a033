import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core';
import { Memory } from '@mastra/memory';
import { PostgresStore } from '@mastra/pg';
import { mockModel, service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fastPostgres, monitoredPool } from '../src/index.ts';
import { newSchema } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

/** An application with one pool for all that it stores. */
async function anApp(prepareStore: (store: PostgresStore) => PostgresStore) {
  const pool = monitoredPool({ connectionString: postgres.service.connectionString });
  onTestFinished(() => pool.end());
  let sent = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, { query: (...args: unknown[]) => (sent++, query(...args)) });
  });
  const storage = prepareStore(new PostgresStore({ id: 'pg', pool, schemaName: newSchema() }));
  const memory = new Memory({ storage, options: { lastMessages: 10 } });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer.',
    model: mockModel() as never,
    memory,
  });
  const mastra = new Mastra({ storage, agents: { a: agent }, logger: false });
  const ask = async (question: string): Promise<number> => {
    sent = 0;
    await mastra.getAgent('a').generate(question, { memory: { thread: 't', resource: 'alice' } });
    return sent;
  };
  const last = async () => {
    const found = await memory.recall({ threadId: 't', perPage: false });
    return found.messages.map(({ role, content }) => [
      role,
      content.parts.flatMap((part) => (part.type === 'text' ? part.text : [])),
    ]);
  };
  return { pool, ask, last };
}

describe.skipIf(postgres.skip)('an agent with memory on a monitored pool', () => {
  test('asks 15 statements a call with Mastra alone, and 11 with the fast store: a save is one instead of five', async () => {
    const counts = async (prepareStore: (store: PostgresStore) => PostgresStore) => {
      const { pool, ask, last } = await anApp(prepareStore);
      for (const question of ['one', 'two', 'three']) await ask(question);
      const counted = [await ask('four'), await ask('five')];
      const snapshot = pool.monitor.snapshot();
      expect(snapshot.statements.length).toBeGreaterThan(5);
      expect(snapshot.statements.some(({ text }) => text.includes('mastra_messages'))).toBe(true);
      return { counted, last: await last() };
    };
    const alone = await counts((store) => store);
    const fast = await counts((store) => fastPostgres(store));
    expect(alone.counted).toEqual([15, 15]);
    expect(fast.counted).toEqual([11, 11]);
    expect(fast.last).toEqual(alone.last);
    expect(fast.last).toHaveLength(10);
  });
});
