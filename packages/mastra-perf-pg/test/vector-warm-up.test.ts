import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { PgVector, PostgresStore } from '@mastra/pg';
import { mockEmbedder, mockModel, service, startPglite } from '@mastra-perf/testkit';
import { PerfConfigError } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { warmVectorIndex } from '../src/index.ts';
import { asAdmin } from './admin.ts';

const pglite = await service(startPglite, 'PGlite');
afterAll(() => pglite.skip ?? pglite.service.stop());

/** An agent with semantic recall, whose index is configured as hnsw. */
async function anAgent(schemaName: string) {
  const { connectionString } = pglite.service;
  const storage = new PostgresStore({ id: 'pg', connectionString, schemaName, max: 2 });
  const vector = new PgVector({ id: 'v', connectionString, schemaName, max: 2 });
  onTestFinished(async () => void (await Promise.all([storage.close(), vector.disconnect()])));
  const memory = new Memory({
    storage,
    vector,
    embedder: mockEmbedder() as never,
    options: {
      lastMessages: 2,
      semanticRecall: {
        topK: 1,
        messageRange: 1,
        indexConfig: { type: 'hnsw', hnsw: { m: 16, efConstruction: 40 } },
      },
    },
  });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer.',
    model: mockModel() as never,
    memory,
  });
  const ask = (question: string) => agent.generate(question, { memory: { thread: 't', resource: 'alice' } });
  const indexes = async (): Promise<string[]> => {
    const rows = await asAdmin<{ indexdef: string }>(
      connectionString,
      `SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename LIKE 'memory%' AND indexdef NOT LIKE '%UNIQUE%'`,
      [schemaName],
    );
    return rows.map(({ indexdef }) => indexdef.slice(indexdef.indexOf('USING ')).toLowerCase()).toSorted();
  };
  return { memory, vector, ask, indexes };
}

describe.skipIf(pglite.skip)('an index of semantic recall', () => {
  test('that was made before the first call stays as it was configured; without that, the agent ignores it', async () => {
    const cold = await anAgent('cold');
    await cold.ask('one');
    expect((await cold.indexes()).filter((index) => /ivfflat|hnsw/.test(index))).toEqual([
      expect.stringContaining('ivfflat'),
    ]);
    expect(await cold.indexes()).not.toContainEqual(expect.stringContaining('thread_id'));

    const warm = await anAgent('warm');
    await warmVectorIndex(warm.memory);
    const made = await warm.indexes();
    expect(made).toContainEqual(expect.stringMatching(/hnsw .*m='?16'?.*ef_construction='?40'?/));
    expect(made).toContainEqual(expect.stringContaining('thread_id'));
    expect(made).toContainEqual(expect.stringContaining('resource_id'));
    for (const question of ['one', 'two', 'three']) await warm.ask(question);
    await warmVectorIndex(warm.memory);
    expect(await warm.indexes()).toEqual(made);
  });
});

describe('warmVectorIndex', () => {
  const vector = () => {
    const made: object[] = [];
    return { made, createIndex: async (options: object) => void made.push(options) };
  };

  test('makes the index of a vector store that is given by itself', async () => {
    const store = vector();
    await warmVectorIndex(store, { indexName: 'docs', dimension: 8, metadataIndexes: ['kind'] });
    await warmVectorIndex(store, { indexName: 'docs', dimension: 8, indexConfig: { ivf: { lists: 10 } } });
    const both = { indexName: 'docs', dimension: 8, metric: 'cosine' };
    expect(store.made).toEqual([
      { ...both, indexConfig: { type: 'hnsw' }, metadataIndexes: ['kind'] },
      {
        ...both,
        indexConfig: { type: 'ivfflat', ivf: { lists: 10 } },
        metadataIndexes: ['thread_id', 'resource_id'],
      },
    ]);
  });

  test.each([
    [{}, 'target'],
    [{ getEmbeddingIndexName: () => 'a' }, 'memory.vector'],
    [undefined, 'target'],
  ])('refuses what is neither a vector store nor a memory, %#', async (target, name) => {
    await expect(warmVectorIndex(target as never)).rejects.toMatchObject({ path: `warmVectorIndex.${name}` });
  });

  test.each([
    [{ dimension: 8 }, 'indexName'],
    [{ indexName: 'a' }, 'dimension'],
    [{ indexName: 'a', dimension: 0 }, 'dimension'],
    [{ indexName: 'a', dimension: 8, indexConfig: { type: 'flat' } }, 'indexConfig.type'],
    [
      { indexName: 'a', dimension: 8, indexConfig: { type: 'hnsw', metric: 'euclidean' } },
      'indexConfig.metric',
    ],
  ])('refuses %o', async (options, name) => {
    const store = vector();
    const warmed = warmVectorIndex(store, options as never);
    await expect(warmed).rejects.toThrow(PerfConfigError);
    await expect(warmed).rejects.toMatchObject({ path: `warmVectorIndex.${name}` });
    expect(store.made).toEqual([]);
  });
});
