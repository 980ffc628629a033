import { LibSQLVector } from '@mastra/libsql';
import { PgVector } from '@mastra/pg';
import { startPglite, type PgliteServer } from '@mastra-perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testClock, type TestClock } from '../../base/test-clock.ts';
import { createCodec } from '../../cache/codec.ts';
import { randomOf } from '../decision/test-streams.ts';
import { memoryIndex } from './memory-index.ts';
import type { SemanticIndex } from './semantic-index.ts';
import { clusteredVectors, turned } from './test-vectors.ts';
import { vectorStoreIndex, type Seal, type SemanticVectorStore } from './vector-store-index.ts';

/* What every place for questions must do: the memory of this process, and real vector stores. */

const KEY = Buffer.alloc(32, 7).toString('base64');
const codec = createCodec({ encryptionKeys: KEY });
const seal: Seal = {
  close: async (text, place) => Buffer.from(await codec.encode(text, place)).toString('base64'),
  open: (sealed, place) => codec.decode(Buffer.from(sealed, 'base64'), place),
};

interface Opened {
  readonly index: SemanticIndex;
  readonly unreadable: () => number;
  readonly clock: TestClock;
}

const inStore = (store: SemanticVectorStore): Opened => {
  let unreadable = 0;
  const clock = testClock();
  const index = vectorStoreIndex({
    store,
    seal,
    clock,
    onUnreadable: () => unreadable++,
    fault(error) {
      throw error;
    },
  });
  return { index, clock, unreadable: () => unreadable };
};

let server: PgliteServer;
let pg: PgVector;
const libsql = new LibSQLVector({ id: 'questions', url: 'file::memory:?cache=shared' });
beforeAll(async () => {
  server = await startPglite();
  pg = new PgVector({ id: 'questions', connectionString: server.connectionString, max: 4 });
}, 60_000);
afterAll(async () => {
  await pg.disconnect();
  await server.stop();
});

const places: Readonly<Record<string, () => Opened>> = {
  memory: () => ({
    index: memoryIndex({ maxEntries: 1000, maxBytes: 1e9, clock: testClock(), pause: async () => undefined }),
    unreadable: () => 0,
    clock: testClock(),
  }),
  LibSQL: () => inStore(libsql),
  PgVector: () => inStore(pg as SemanticVectorStore),
};
let buckets = 0;

describe.each(Object.entries(places))('questions in %s', (_name, open) => {
  const random = randomOf(1);
  const vectors = clusteredVectors(40, 32, random);
  const bucket = (): string => `bucket ${buckets++}`;

  it('are found in their bucket, the closest first, with their cosine', async () => {
    const { index } = open();
    const [own, other] = [bucket(), bucket()];
    for (const [at, vector] of vectors.entries())
      await index.add(at % 2 === 0 ? own : other, `question ${at}`, vector);
    const asked = turned(vectors[4]!, 0.4, random);
    const expected = vectors
      .flatMap((vector, at) =>
        at % 2 === 0
          ? [
              {
                text: `question ${at}`,
                similarity: vector.reduce((sum, value, i) => sum + value * asked[i]!, 0),
              },
            ]
          : [],
      )
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, 5);
    expect(await index.search(own, asked, 5)).toEqual(
      expected.map(({ text, similarity }) => ({ text, similarity: expect.closeTo(similarity, 4) })),
    );
  });

  it('are there once, and gone when they are removed', async () => {
    const { index } = open();
    const own = bucket();
    await index.add(own, 'x', vectors[0]!);
    await index.add(own, 'x', vectors[0]!);
    await index.add(own, 'y', vectors[0]!);
    expect(await index.search(own, vectors[0]!, 5)).toHaveLength(2);
    await index.remove(own, 'x');
    await index.remove(own, 'never there');
    expect(await index.search(own, vectors[0]!, 5)).toMatchObject([{ text: 'y' }]);
  });

  it('are none where nothing was kept', async () => {
    const { index } = open();
    expect(await index.search(bucket(), vectors[0]!, 5)).toEqual([]);
  });

  it('may say anything', async () => {
    const { index } = open();
    const own = bucket();
    const texts = [`O'Brien "quoted" \\ {"$gt":""}`, 'größer 日本 🙂', '__proto__', "'; drop table x; --"];
    for (const [at, text] of texts.entries()) await index.add(own, text, vectors[at]!);
    const found = await index.search(own, vectors[0]!, 9);
    expect(found.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
  });
});

describe.each([
  ['LibSQL', () => libsql as SemanticVectorStore],
  ['PgVector', () => pg as SemanticVectorStore],
] as const)('a vector store of %s', (_name, storeOf) => {
  const [vector] = clusteredVectors(1, 16, randomOf(2)) as [Float32Array];

  it('shares questions between processes', async () => {
    const [a, b] = [inStore(storeOf()), inStore(storeOf())];
    await a.index.add('shared', 'asked by one', vector);
    expect(await b.index.search('shared', vector, 5)).toMatchObject([{ text: 'asked by one' }]);
  });

  it('sees no word of them where answers are encrypted', async () => {
    const { index } = inStore(storeOf());
    await index.add('sealed', 'where is the sugar?', vector);
    const rows = await storeOf().query({
      indexName: 'mastra_perf_questions_16',
      queryVector: [...vector],
      topK: 99,
    } as never);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('sugar');
  });

  it('cannot move a question to another bucket, nor change what it says', async () => {
    const { index, unreadable } = inStore(storeOf());
    await index.add('of ann', 'where do I live?', vector);
    const [row] = (await storeOf().query({
      indexName: 'mastra_perf_questions_16',
      queryVector: [...vector],
      topK: 1,
      filter: { bucket: 'of ann' },
    } as never)) as readonly { readonly metadata: Record<string, unknown> }[];
    for (const [at, metadata] of [
      { ...row!.metadata, bucket: 'of bob' },
      { bucket: 'of bob', text: 'where do I live?' },
      { bucket: 'of bob' },
    ].entries())
      await storeOf().upsert({
        indexName: 'mastra_perf_questions_16',
        vectors: [[...vector]],
        metadata: [metadata],
        ids: [`00000000-0000-5000-8000-00000000000${at}`],
      });
    expect(await index.search('of bob', vector, 5)).toEqual([]);
    expect(unreadable()).toBe(3);
  });

  it('keeps no question for longer than an answer may live', async () => {
    const { index, clock } = inStore(storeOf());
    await index.add('old', 'asked long ago', vector);
    clock.advance(31 * 86_400_000);
    await index.add('new', 'asked now', vector);
    expect(await index.search('old', vector, 5)).toEqual([]);
    expect(await index.search('new', vector, 5)).toHaveLength(1);
  });
});
