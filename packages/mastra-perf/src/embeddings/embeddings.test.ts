import { gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { pass, testEmbeddings, testModel, vectorOf } from './test-embeddings.ts';

const vectors = async (reply: Promise<{ readonly embeddings: unknown }>) => (await reply).embeddings;

describe('texts that are embedded at the same time', () => {
  it('are one request, in the order of asking, each text once; every caller gets his in his order', async () => {
    const { begin, model, clock } = testEmbeddings();
    const replies = [begin(['b', 'a', 'b']), begin(['c']), begin(['a'])];
    await pass(clock);
    expect(await Promise.all(replies.map(vectors))).toEqual([
      [vectorOf('b'), vectorOf('a'), vectorOf('b')],
      [vectorOf('c')],
      [vectorOf('a')],
    ]);
    expect(model.asked).toEqual([['b', 'a', 'c']]);
  });

  it('wait 5 ms for each other, unless told otherwise', async () => {
    const { begin, model, clock } = testEmbeddings();
    const first = begin(['a']);
    await settled();
    clock.advance(4);
    const second = begin(['b']);
    await settled();
    expect(model.asked).toEqual([]);
    clock.advance(1);
    await Promise.all([first, second]);
    expect(model.asked).toEqual([['a', 'b']]);
  });

  it('wait only for what is asked at the same moment with batchWait 0', async () => {
    const { begin, model, clock } = testEmbeddings({ settingsOf: () => ({ batchWait: 0 }) });
    const replies = [begin(['a']), begin(['b'])];
    await settled();
    clock.endTurn();
    await Promise.all(replies);
    expect(model.asked).toEqual([['a', 'b']]);
  });

  it('do not wait for a text that is under way: it is asked for once', async () => {
    const door = gate();
    const model = testModel({
      async answer({ values }) {
        await door.wait();
        return { embeddings: values.map(vectorOf) };
      },
    });
    const { begin, clock } = testEmbeddings({ model });
    const first = begin(['a']);
    await pass(clock);
    const second = begin(['a', 'b']);
    await pass(clock);
    door.open();
    expect(await vectors(first)).toEqual([vectorOf('a')]);
    expect(await vectors(second)).toEqual([vectorOf('a'), vectorOf('b')]);
    expect(model.asked).toEqual([['a'], ['b']]);
  });

  it('are as many requests as the limit of the model says, which it may tell later', async () => {
    const model = testModel({ maxEmbeddingsPerCall: Promise.resolve(2) });
    const { ask } = testEmbeddings({ model });
    expect(await vectors(ask(['a', 'b', 'c', 'd', 'e']))).toEqual(['a', 'b', 'c', 'd', 'e'].map(vectorOf));
    expect(model.asked).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it.each([undefined, Infinity, Promise.resolve(undefined)])(
    'are 256 in a request where the model tells no limit (%s)',
    async (maxEmbeddingsPerCall) => {
      const model = testModel({ maxEmbeddingsPerCall: maxEmbeddingsPerCall as number });
      const { ask } = testEmbeddings({ model });
      await ask(Array.from({ length: 300 }, (_, at) => `text ${at}`));
      expect(model.asked.map(({ length }) => length)).toEqual([256, 44]);
    },
  );

  it('are fewer in a request when they are long, and one that is too long goes alone', async () => {
    const { ask, model } = testEmbeddings({ bounds: { maxBatchTokens: 10 } });
    await ask(['a'.repeat(12), 'b'.repeat(12), 'c'.repeat(600), 'd'.repeat(30), 'e']);
    expect(model.asked.map((texts) => texts.map(([name]) => name).join(''))).toEqual(['ab', 'c', 'd', 'e']);
  });

  it.each([
    [8, {}],
    [3, { bounds: { maxParallel: 3 } }],
    [1, { model: testModel({ maxEmbeddingsPerCall: 1, supportsParallelCalls: false }) }],
  ])('are at most %d requests at a time', async (most, options) => {
    const door = gate();
    let underWay = 0;
    let seen = 0;
    const model = testModel({
      maxEmbeddingsPerCall: 1,
      ...('model' in options && { supportsParallelCalls: false }),
      async answer({ values }) {
        seen = Math.max(seen, ++underWay);
        await door.wait();
        underWay--;
        return { embeddings: values.map(vectorOf) };
      },
    });
    const { begin, clock } = testEmbeddings({ ...options, model });
    const reply = begin(Array.from({ length: 20 }, (_, at) => `text ${at}`));
    await pass(clock);
    expect(seen).toBe(most);
    door.open();
    expect((await reply).embeddings).toHaveLength(20);
    expect(seen).toBe(most);
  });

  it('are apart where options, headers or models differ, and together where only names of a trace do', async () => {
    const { begin, model, clock } = testEmbeddings();
    const replies = [
      begin(['a'], { providerOptions: { acme: { dimensions: 4 } } }),
      begin(['a'], { providerOptions: { acme: { dimensions: 8 } } }),
      begin(['a'], { dimensions: 4 }),
      begin(['a'], { headers: { 'x-region': 'eu' } }),
      begin(['a'], { headers: { traceparent: '1', 'user-agent': 'one' } }),
      begin(['a'], { headers: { Traceparent: '2' } }),
      begin(['a'], { modelId: 'e2' }),
    ];
    await pass(clock);
    await Promise.all(replies);
    expect(model.asked).toHaveLength(6);
  });

  it('go straight to the model where options may belong to each of them', async () => {
    const { begin, model, clock } = testEmbeddings();
    const own = { providerOptions: { google: { content: [['x'], ['y']] } } };
    await Promise.all([begin(['a', 'b'], own), begin(['a', 'b'], own)]);
    await expect(begin([1, 2] as never)).rejects.toThrow('charCodeAt'); // the model's own
    expect(model.asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      [1, 2],
    ]);
    expect(clock.timers()).toBe(0);
  });
});

describe('a text that was embedded before', () => {
  it('is not asked for again, and its vector is the same to the last bit', async () => {
    const model = testModel({
      answer: async ({ values }) => ({ embeddings: values.map(() => [0.1, -0, 1e-310, 2 ** 60, Math.PI]) }),
    });
    const { ask, begin } = testEmbeddings({ model });
    const [first] = (await ask(['a'])).embeddings;
    const [second] = (await begin(['a'])).embeddings;
    expect(second).toEqual([0.1, -0, 1e-310, 2 ** 60, Math.PI]);
    expect(Object.is(second![1], -0)).toBe(true);
    expect(second).not.toBe(first); // whoever changes his does not change that of others
    expect(model.asked).toHaveLength(1);
  });

  it('is asked for again after its time, and in the store as well', async () => {
    const clock = testClock();
    const store = memoryStoreOn(clock).cache;
    const { ask, model } = testEmbeddings({ clock, store, settingsOf: () => ({ ttl: 1000 }) });
    await ask(['a']);
    await ask(['a']);
    expect(model.asked).toHaveLength(1);
    clock.advance(1000);
    await ask(['a']);
    expect(model.asked).toHaveLength(2);
  });

  it('is found by what normalize makes of it', async () => {
    const { ask, model } = testEmbeddings({ settingsOf: () => ({ normalize: 'insensitive' }) });
    expect((await ask(['Some  text'])).embeddings).toEqual((await ask(['some text '])).embeddings);
    expect(model.asked).toEqual([['Some  text']]);
  });

  it('is told from others by half characters, blanks and its form', async () => {
    const { ask, model } = testEmbeddings();
    const texts = ['\ud800', '\ud801', '\udc00', '', ' ', 'é', 'e\u0301', 'a'.repeat(1_000_000)];
    await ask(texts);
    await ask(texts);
    expect(model.asked.flat()).toEqual(texts);
  });

  it('is asked for by everybody where embeddings are off', async () => {
    const { begin, model } = testEmbeddings({ settingsOf: () => false });
    await Promise.all([begin(['a', 'a']), begin(['a'])]);
    expect(model.asked).toEqual([['a', 'a'], ['a']]);
  });

  it('is dropped for others when memory is full', async () => {
    const { ask, model, embeddings } = testEmbeddings({ bounds: { maxBytes: 2000 } });
    for (let at = 0; at < 20; at++) await ask([`text ${at}`]);
    expect(embeddings.stats()).toMatchObject({ entries: 4 });
    expect(embeddings.stats().bytes).toBeLessThanOrEqual(2000);
    await ask(['text 19']);
    await ask(['text 0']);
    expect(model.asked).toHaveLength(21);
  });
});

describe('what a reply tells', () => {
  it('is that of the provider where the request was made for nobody else', async () => {
    const model = testModel({
      answer: async ({ values }) => ({
        embeddings: values.map(vectorOf),
        usage: { tokens: 7 },
        response: { headers: { 'x-id': '1' } },
        providerMetadata: { acme: { cost: 1 } },
        warnings: [{ type: 'other', message: 'w' }],
      }),
    });
    const { ask } = testEmbeddings({ model });
    expect(await ask(['a', 'b'])).toEqual({
      embeddings: [vectorOf('a'), vectorOf('b')],
      usage: { tokens: 7 },
      response: { headers: { 'x-id': '1' } },
      providerMetadata: { acme: { cost: 1 } },
      warnings: [{ type: 'other', message: 'w' }],
    });
  });

  it('is nothing of another caller, and tokens add up to what was spent', async () => {
    const model = testModel({
      answer: async ({ values }) => ({
        embeddings: values.map(vectorOf),
        usage: { tokens: 100 },
        response: { headers: { 'x-id': '1' } },
        providerMetadata: { acme: { cost: 1 } },
        warnings: [{ type: 'other', message: 'w' }],
      }),
    });
    const { begin, clock, savings, embeddings } = testEmbeddings({ model });
    const replies = [begin(['aa', 'b']), begin(['b', 'cccc', 'cccc']), begin(['aa'])];
    await pass(clock);
    const told = await Promise.all(replies);
    const besides = told.map((reply) => ({ ...reply, embeddings: undefined }));
    expect(besides).toEqual([
      { usage: { tokens: 42 }, warnings: [] },
      {
        usage: { tokens: 58 },
        warnings: [],
        providerMetadata: { mastraPerf: { texts: 3, fromCache: 0, shared: 2 } },
      },
      {
        usage: { tokens: 0 },
        warnings: [],
        providerMetadata: { mastraPerf: { texts: 1, fromCache: 0, shared: 1 } },
      },
    ]);
    expect(savings.toSorted()).toEqual([
      [1, 28],
      [2, 14 + 58],
    ]);
    expect(await begin(['b', 'aa'])).toMatchObject({
      usage: { tokens: 0 },
      providerMetadata: { mastraPerf: { texts: 2, fromCache: 2, shared: 0 } },
    });
    expect(embeddings.stats()).toMatchObject({ texts: 8, hits: 2, shared: 3, requests: 1, entries: 3 });
  });

  it('has no usage where the provider tells none', async () => {
    const model = testModel({ answer: async ({ values }) => ({ embeddings: values.map(vectorOf) }) });
    const { begin, clock } = testEmbeddings({ model });
    const replies = [begin(['a']), begin(['b'])];
    await pass(clock);
    for (const reply of replies) expect(await reply).not.toHaveProperty('usage');
  });
});

describe('a part of the plugin that fails', () => {
  it('is left out: texts go straight to the model', async () => {
    const failure = new Error('normalize');
    const { begin, faults } = testEmbeddings({
      settingsOf: () => ({
        normalize() {
          throw failure;
        },
      }),
    });
    expect(await begin(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(faults).toEqual([failure]);
  });

  it('is left out when a model cannot tell its limits', async () => {
    const failure = new Error('limits');
    const model = testModel({ maxEmbeddingsPerCall: Promise.reject(failure) });
    const { ask, faults } = testEmbeddings({ model });
    expect(await ask(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(faults).toEqual([failure]);
  });
});
