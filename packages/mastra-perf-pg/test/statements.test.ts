import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { PgVector } from '@mastra/pg';
import { mockEmbedder, mockModel, service, startPglite, startPostgres } from '@mastra-perf/testkit';
import { createPerf, type PerfOptions } from 'mastra-perf';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBare, openFast, statementsOf } from './fast-store.ts';

/* What one call of a real agent sends to a real Postgres, with each level of help. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
/** Has vectors, which the other one has not. */
const pglite = await service(startPglite, 'PGlite');
afterAll(() => pglite.skip ?? pglite.service.stop());

interface Level {
  readonly name: string;
  readonly fast?: boolean;
  readonly options?: PerfOptions['storage'];
  /** Without memory, with it, and with semantic recall. */
  readonly statements: readonly [without: number, withMemory: number, withRecall: number];
}

const levels: readonly Level[] = [
  { name: 'Mastra alone', statements: [6, 15, 23] },
  { name: 'createPerf()', options: true, statements: [0, 8, 16] },
  { name: 'and fastPostgres()', options: true, fast: true, statements: [0, 3, 11] },
  { name: "and history: 'validate'", options: { history: 'validate' }, fast: true, statements: [0, 2, 10] },
  { name: "or history: 'sticky'", options: { history: 'sticky' }, fast: true, statements: [0, 1, 9] },
];

async function start({ fast, options }: Level) {
  const opened = await (fast ? openFast : openBare)(postgres.service.connectionString);
  const perf = options === undefined ? undefined : createPerf({ cache: false, storage: options });
  onTestFinished(() => perf?.close());
  const agentOf = (id: string, extra = {}) =>
    new Agent({ id, name: id, instructions: 'i', model: mockModel({ spec: 'v3' }) as never, ...extra });
  const memory = new Memory({ storage: opened.store, options: { lastMessages: 10 } });
  const recall = new Memory({
    storage: opened.store,
    vector: vectorsOf(opened.schemaName, opened.sent),
    embedder: mockEmbedder() as never,
    options: { lastMessages: 10, semanticRecall: { topK: 3, messageRange: 1 } },
  });
  const agents = {
    plain: agentOf('plain'),
    remembering: agentOf('remembering', { memory }),
    recalling: agentOf('recalling', { memory: recall }),
  };
  new Mastra({ agents, logger: false, storage: opened.store, ...(perf && { processors: { perf } }) });
  return { ...opened, agents, memory, perf };
}

/** Counted with the others. */
function vectorsOf(schemaName: string, sent: string[]): PgVector {
  const vector = new PgVector({
    id: 'v',
    connectionString: pglite.service.connectionString,
    schemaName,
    max: 2,
  });
  onTestFinished(() => vector.disconnect());
  vector.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, { query: (...args: unknown[]) => (sent.push('a vector'), query(...args)) });
  });
  return vector;
}

const inThread = { memory: { thread: 't', resource: 'user' } };

describe.skipIf(postgres.skip ?? pglite.skip).each(levels)('$name', (level) => {
  it(`sends ${level.statements.join(', ')} statements, by generate as by stream`, async () => {
    const { agents, sent, memory } = await start(level);
    const generate = () => agents.remembering.generate('hello', inThread);
    const stream = async () => {
      for await (const _ of (await agents.remembering.stream('hello', inThread)).textStream);
    };
    await agents.plain.generate('warm');
    await generate();
    await generate();
    expect(await statementsOf(sent, () => agents.plain.generate('hello'))).toBe(level.statements[0]);
    expect(await statementsOf(sent, generate)).toBe(level.statements[1]);
    expect(await statementsOf(sent, stream)).toBe(level.statements[1]);
    expect(await statementsOf(sent, generate)).toBe(level.statements[1]);
    const recall = (question: string) =>
      agents.recalling.generate(question, { memory: { thread: 'r', resource: 'user' } });
    for (const question of ['one', 'two', 'three']) await recall(question);
    expect(await statementsOf(sent, () => recall('four'))).toBe(level.statements[2]);
    const { messages } = await memory.recall({ threadId: 't', resourceId: 'user' });
    expect(messages.map(({ role }) => role).join()).toBe(Array(5).fill('user,assistant').join());
  });
});

it.skipIf(postgres.skip)('one call is stored by one statement when messages are written behind', async () => {
  const level = { history: 'sticky', writes: 'behind' } as const;
  const { agents, sent, perf } = await start({ name: '', fast: true, options: level, statements: [0, 0, 0] });
  const ask = () => agents.remembering.generate('hello', inThread);
  for (let turn = 0; turn < 3; turn++) await ask();
  await perf?.flush();
  expect(
    await statementsOf(sent, async () => {
      await ask();
      await perf?.flush();
    }),
  ).toBe(1);
});

it.skipIf(postgres.skip)(
  'no call waits for a database that does not answer, when all is sticky and behind',
  async () => {
    const level = { history: 'sticky', writes: 'behind' } as const;
    const { agents, perf, pool } = await start({
      name: '',
      fast: true,
      options: level,
      statements: [0, 0, 0],
    });
    const ask = () => agents.remembering.generate('hello', inThread);
    for (let turn = 0; turn < 3; turn++) await ask();
    await perf?.flush();
    postgres.service.kill('SIGSTOP');
    try {
      expect((await ask()).text).toBe('answer #4');
    } finally {
      postgres.service.kill('SIGCONT');
    }
    await perf?.flush();
    expect(pool.totalCount).toBeGreaterThan(0);
  },
);
