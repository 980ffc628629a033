import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { PgVector, PostgresStore } from '@mastra/pg';
import {
  mockEmbedder,
  mockModel,
  service,
  startPglite,
  startPostgres,
  type PgliteServer,
} from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fastPostgres, monitoredPool, warmVectorIndex } from '../src/index.ts';
import { aPool } from './a-pool.ts';

const SECRET = 'hunter2';

interface Report {
  readonly findings: readonly { code: string; severity: string; where: string; what: string; fix: string }[];
  readonly checked: readonly string[];
  readonly skipped: readonly { check: string; reason: string }[];
}

const postgres = await service(startPostgres, 'Postgres');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => postgres.skip ?? postgres.service.stop());

/** Of a new schema, with a password that the server does not ask for. */
function database(): { readonly connectionString: string; readonly schemaName: string } {
  const url = new URL(postgres.service.connectionString);
  url.password ||= SECRET;
  return { connectionString: url.href, schemaName: `doc_${randomUUID().slice(0, 8)}` };
}

function pooled(make: () => Pool): Pool {
  const pool = make();
  closing.push(() => pool.end());
  return pool;
}
const goodPool = (config: object = {}): Pool =>
  pooled(() => monitoredPool({ connectionString: postgres.service.connectionString, max: 5, ...config }));

type Config = ConstructorParameters<typeof PostgresStore>[0];
function storeOf(config: Partial<Config>): PostgresStore {
  const store = new PostgresStore({ id: 'pg', ...config } as Config);
  closing.push(() => store.close());
  return store;
}

const agent = (memory: Memory): Agent =>
  new Agent({ id: 'a', name: 'a', instructions: 'Answer.', model: mockModel({ spec: 'v3' }), memory });

async function examine(config: object): Promise<Report> {
  const perf = createPerf();
  new Mastra({ logger: false, processors: { perf }, ...config });
  const report = await perf.doctor();
  await perf.close();
  expect(JSON.stringify(report)).not.toContain(SECRET);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return report;
}
const codes = (report: Report, of = /./): string[] =>
  report.findings
    .map(({ code }) => code.replace('MASTRA_PERF_', ''))
    .filter((code) => of.test(code))
    .toSorted();
/** The statements that a fix starts with, one after another. */
async function run(pool: Pool, fix: string): Promise<void> {
  for (const [statement] of fix.matchAll(/(CREATE|DROP|REINDEX) INDEX [^;]*;/g)) await pool.query(statement);
}

test.skipIf(postgres.skip)(
  'a storage as Mastra makes it, and the same with what the findings say',
  async () => {
    const { connectionString, schemaName } = database();
    const plain = storeOf({ connectionString, schemaName });
    await plain.init();
    const before = await examine({ storage: plain });
    expect(codes(before)).toEqual([
      'PG_PAGE_INDEX',
      'PG_RESOURCE_INDEX',
      'PG_SLOW_MEMORY',
      'POOL_NO_STATEMENT_TIMEOUT',
      'POOL_WAITS_FOREVER',
    ]);
    expect(before.findings[0]).toMatchObject({
      code: 'MASTRA_PERF_POOL_WAITS_FOREVER',
      severity: 'problem',
      where: 'pool of storage "pg"',
    });

    const fast = fastPostgres(storeOf({ pool: goodPool(), schemaName }));
    expect(codes(await examine({ storage: fast }))).toEqual(['PG_PAGE_INDEX', 'PG_RESOURCE_INDEX']);
    await (await fast.getStore('memory')).ensureIndexes();
    const after = await examine({ storage: fast });
    expect(after.findings).toEqual([]);
    expect(after.checked).toEqual([
      'message-indexes',
      'invalid-indexes',
      'slow-memory',
      'pool-connect-timeout',
      'pool-statement-timeout',
    ]);
  },
);

test.skipIf(postgres.skip)('indexes that are missing, and the statements that make them', async () => {
  const pool = goodPool();
  const { schemaName } = database();
  const storage = fastPostgres(storeOf({ pool, schemaName, skipDefaultIndexes: true }));
  await storage.init();
  const { findings } = await examine({ storage });
  expect(findings.map(({ code, severity, where }) => ({ code, severity, where }))).toEqual([
    {
      code: 'MASTRA_PERF_PG_THREAD_INDEX',
      severity: 'problem',
      where: 'storage "pg", table mastra_messages',
    },
    {
      code: 'MASTRA_PERF_PG_THREAD_LIST_INDEX',
      severity: 'problem',
      where: 'storage "pg", table mastra_threads',
    },
    { code: 'MASTRA_PERF_PG_PAGE_INDEX', severity: 'advice', where: 'storage "pg", table mastra_messages' },
    {
      code: 'MASTRA_PERF_PG_RESOURCE_INDEX',
      severity: 'advice',
      where: 'storage "pg", table mastra_messages',
    },
  ]);
  for (const { fix } of findings) await run(pool, fix);
  expect((await examine({ storage })).findings).toEqual([]);
});

test.skipIf(postgres.skip)(
  'where the name of the schema is so long that Mastra makes no index, that is seen',
  async () => {
    const schemaName = `doctor_${randomUUID().replaceAll('-', '')}`;
    const storage = fastPostgres(storeOf({ pool: goodPool(), schemaName }));
    await storage.init();
    expect(codes(await examine({ storage }))).toEqual([
      'PG_PAGE_INDEX',
      'PG_RESOURCE_INDEX',
      'PG_THREAD_INDEX',
      'PG_THREAD_LIST_INDEX',
    ]);
  },
);

test.skipIf(postgres.skip)('an index counts only if it is valid and has all rows', async () => {
  const pool = goodPool();
  const { schemaName } = database();
  const storage = fastPostgres(storeOf({ pool, schemaName }));
  await storage.init();
  const memory = await storage.getStore('memory');
  const { created } = await memory.ensureIndexes();
  expect(codes(await examine({ storage }))).toEqual([]);

  const index = `"${schemaName}"."${created[0]}"`;
  await pool.query('UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass', [index]);
  const { findings } = await examine({ storage });
  expect(findings.map(({ code }) => code)).toEqual([
    'MASTRA_PERF_PG_INVALID_INDEX',
    'MASTRA_PERF_PG_PAGE_INDEX',
  ]);
  expect(findings[0]!.what).toContain(created[0]);
  await pool.query(findings[0]!.fix.split(';')[0]!);
  expect((await examine({ storage })).findings).toEqual([]);

  await pool.query(`DROP INDEX ${index}`);
  await pool.query(
    `CREATE INDEX ON "${schemaName}".mastra_messages (thread_id, "createdAt", id) WHERE role = 'user'`,
  );
  expect(codes(await examine({ storage }))).toEqual(['PG_PAGE_INDEX']);
});

test.skipIf(postgres.skip)(
  'the doctor changes nothing: it makes no table, and works where nothing can be written',
  async () => {
    const { schemaName, connectionString } = database();
    const pool = pooled(() =>
      aPool({ connectionString, options: '-c default_transaction_read_only=on -c statement_timeout=1000' }),
    );
    const report = await examine({ storage: storeOf({ pool, schemaName }) });
    expect(report.skipped).toContainEqual({
      check: 'message-indexes',
      reason: 'storage "pg": its tables are not made yet',
    });
    expect(report.checked).toContain('invalid-indexes');
    // The session has a limit, which the options of the pool do not tell.
    expect(codes(report)).toEqual(['PG_SLOW_MEMORY', 'POOL_WAITS_FOREVER']);
    const { rows } = await pool.query('SELECT FROM pg_namespace WHERE nspname = $1', [schemaName]);
    expect(rows).toEqual([]);
  },
);

test.skipIf(postgres.skip)('a pool for storage and one for vectors, and one for both', async () => {
  const { connectionString, schemaName } = database();
  const vector = new PgVector({ id: 'vec', connectionString, pgPoolOptions: { statement_timeout: 30_000 } });
  closing.push(() => vector.disconnect());
  const apart = await examine({
    storage: storeOf({ connectionString, schemaName }),
    vectors: { vec: vector },
  });
  expect(apart.findings).toContainEqual(
    expect.objectContaining({
      code: 'MASTRA_PERF_POOLS_OF_ONE_DATABASE',
      severity: 'advice',
      what: '2 pools go to one database: this process may open 20 + 20 = 40 connections of the 200 that the server takes.',
    }),
  );
  expect(apart.skipped).toContainEqual({
    check: 'vector-indexes',
    reason: 'vector store "vec": it has no vectors yet',
  });
  const shared = await examine({
    storage: storeOf({ pool: vector.pool, schemaName }),
    vectors: { vec: vector },
  });
  expect(codes(shared)).toEqual(['PG_SLOW_MEMORY']);
});

test.skipIf(postgres.skip)('pools that two processes do not fit into are a problem', async () => {
  const { schemaName } = database();
  const big = (): Pool => goodPool({ max: 60 });
  const { findings } = await examine({ storage: storeOf({ pool: big(), readPool: big(), schemaName }) });
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'MASTRA_PERF_POOLS_OF_ONE_DATABASE', severity: 'problem' }),
  );
});

test.skipIf(postgres.skip)(
  'reads that go elsewhere than writes are told, and those that do not are not',
  async () => {
    const { schemaName } = database();
    const pool = goodPool();
    const name = `other_${randomUUID().slice(0, 8)}`;
    await pool.query(`CREATE DATABASE ${name}`);
    closing.push(() => pool.query(`DROP DATABASE ${name} WITH (FORCE)`));
    const url = new URL(postgres.service.connectionString);
    url.pathname = name;
    const elsewhere = goodPool({ connectionString: url.href });
    const trapped = await examine({ storage: storeOf({ pool, readPool: elsewhere, schemaName }) });
    expect(trapped.findings).toContainEqual(
      expect.objectContaining({
        code: 'MASTRA_PERF_READ_REPLICA',
        severity: 'problem',
        where: 'storage "pg"',
      }),
    );
    const same = await examine({ storage: storeOf({ pool, readPool: goodPool(), schemaName }) });
    expect(codes(same)).toEqual(['POOLS_OF_ONE_DATABASE', 'PG_SLOW_MEMORY'].toSorted());
    expect(codes(await examine({ storage: storeOf({ pool, schemaName }) }))).toEqual(['PG_SLOW_MEMORY']);
  },
);

test.skipIf(postgres.skip)('where processes live for a request, tables are made elsewhere', async () => {
  vi.stubEnv('K_SERVICE', 'chat');
  const pool = goodPool();
  const { schemaName } = database();
  expect(codes(await examine({ storage: storeOf({ pool, schemaName }) }), /INIT/)).toEqual(['INIT_AT_START']);
  const off = await examine({ storage: storeOf({ pool, schemaName, disableInit: true }) });
  expect(codes(off, /INIT/)).toEqual([]);
  expect(off.checked).toContain('init-at-start');
});

test('a server that is away skips what needs it, and its address is not shown', async () => {
  const storage = storeOf({ connectionString: `postgres://app:${SECRET}@127.0.0.1:1/app` });
  const report = await examine({ storage });
  expect(codes(report)).toEqual(['PG_SLOW_MEMORY', 'POOL_WAITS_FOREVER']);
  expect(report.skipped).toContainEqual({
    check: 'message-indexes',
    reason: 'storage "pg": Error (ECONNREFUSED)',
  });
});

describe('vectors', () => {
  let started: PgliteServer | undefined;
  const pglite = (): PgliteServer => started!;
  beforeAll(async () => {
    started = await startPglite();
  }, 120_000);
  afterAll(() => started?.stop());

  test(
    'the indexes of semantic recall: as Mastra makes them, warmed up, and without one that nobody uses',
    { timeout: 60_000 },
    async () => {
      const vector = new PgVector({ id: 'vec', connectionString: pglite().connectionString });
      closing.push(() => vector.disconnect());
      const memory = new Memory({
        vector,
        embedder: mockEmbedder({ spec: 'v3', dimensions: 8 }) as never,
        options: {
          semanticRecall: { topK: 2, messageRange: 0, indexConfig: { type: 'hnsw', hnsw: { m: 12 } } },
        },
      });
      const one = agent(memory);
      const config = { storage: new InMemoryStore(), agents: { one } };
      const mastra = new Mastra({ logger: false, ...config });
      const say = (text: string) =>
        mastra.getAgent('one').generate(text, { memory: { resource: 'r', thread: 't' } });
      const vectors = async () => codes(await examine(config), /VECTOR/);

      await say('My cat is called Tom.');
      const made = await examine(config);
      expect(codes(made, /VECTOR/)).toEqual([
        'VECTOR_CONFIG_IGNORED',
        'VECTOR_INDEX_UNUSED',
        'VECTOR_METADATA_INDEX',
      ]);
      const ignored = made.findings.find(({ code }) => code.endsWith('CONFIG_IGNORED'));
      expect(ignored).toMatchObject({
        where: 'vector store "vec", table memory_messages_8',
        what: expect.stringContaining('(hnsw m=12) of "one" has no effect: there is ivfflat lists=100'),
      });

      await warmVectorIndex(memory);
      expect(await vectors()).toEqual(['VECTOR_INDEX_UNUSED']);
      await say('And my dog?');
      expect(await vectors()).toEqual(['VECTOR_INDEX_UNUSED']);

      const { findings } = await examine(config);
      await run(vector.pool, findings.find(({ code }) => code.endsWith('INDEX_UNUSED'))!.fix);
      expect(await vectors()).toEqual([]);
      // Another process meets the index without rows, and leaves it.
      const later = new PgVector({ id: 'later', connectionString: pglite().connectionString });
      closing.push(() => later.disconnect());
      await later.createIndex({ indexName: 'memory_messages_8', dimension: 8, metric: 'cosine' });
      expect(await vectors()).toEqual([]);
      const found = await later.query({
        indexName: 'memory_messages_8',
        queryVector: [1, 0, 0, 0, 0, 0, 0, 0],
        topK: 100,
        filter: { resource_id: 'r' },
      });
      const everything = await later.query({
        indexName: 'memory_messages_8',
        queryVector: [1, 0, 0, 0, 0, 0, 0, 0],
        topK: 100,
      });
      expect(found.length).toBe(4);
      expect(everything.length).toBe(found.length);
    },
  );

  test('vectors that are not of a memory: ivfflat is never used, hnsw is', async () => {
    const vector = new PgVector({ id: 'docs', connectionString: pglite().connectionString });
    closing.push(() => vector.disconnect());
    await vector.createIndex({ indexName: 'docs', dimension: 8 });
    const config = { storage: new InMemoryStore(), vectors: { docs: vector } };
    expect(codes(await examine(config), /VECTOR/)).toEqual(['VECTOR_INDEX_UNUSED']);
    await vector.createIndex({
      indexName: 'docs',
      dimension: 8,
      metric: 'cosine',
      indexConfig: { type: 'hnsw' },
    });
    const after = await examine(config);
    expect(codes(after, /VECTOR/)).toEqual([]);
    expect(after.checked).toContain('vector-indexes');
  });
});
