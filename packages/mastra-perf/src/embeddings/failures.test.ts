import { gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { isPerfError } from '../errors.ts';
import { EmbeddingError } from './embedding-error.ts';
import { pass, testEmbeddings, testModel, vectorOf } from './test-embeddings.ts';

const refusing = (isBad: (text: string) => boolean, error: () => unknown) =>
  testModel({
    async answer({ values }) {
      if (values.some(isBad)) throw error();
      return { embeddings: values.map(vectorOf), usage: { tokens: values.length } };
    },
  });
const status = (statusCode: number, more = {}) =>
  Object.assign(new Error(`${statusCode}`), { statusCode, ...more });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `text ${at}`);
const outcomes = async (replies: readonly Promise<{ readonly embeddings: unknown }>[]) =>
  (await Promise.allSettled(replies)).map((one) =>
    one.status === 'fulfilled' ? one.value.embeddings : (one.reason as unknown),
  );

describe('a bad text among those of many callers', () => {
  it.each([400, 413, 422])('fails alone, with the error of the provider (%d)', async (code) => {
    const error = status(code);
    const model = refusing(
      (text) => text === 'text 11',
      () => error,
    );
    const { begin, clock } = testEmbeddings({ model });
    const replies = numbered(64).map((text) => begin([text]));
    await pass(clock);
    expect(await outcomes(replies)).toEqual(
      numbered(64).map((text, at) => (at === 11 ? error : [vectorOf(text)])),
    );
    expect(model.asked.length).toBeLessThanOrEqual(1 + 2 * 6);
  });

  it('fails alone also when there are so many bad ones that halving does not find them', async () => {
    const isBad = (text: string): boolean => Number(text.slice(5)) % 3 === 0;
    const model = refusing(isBad, () => status(400));
    const { begin, clock } = testEmbeddings({ model });
    const replies = numbered(60).map((text) => begin([text]));
    await pass(clock);
    const got = await outcomes(replies);
    numbered(60).forEach((text, at) => {
      if (isBad(text)) expect(got[at]).toMatchObject({ statusCode: 400 });
      else expect(got[at]).toEqual([vectorOf(text)]);
    });
    expect(model.asked.length).toBeLessThanOrEqual(1 + 2 * 6 + 60); // no more than without batches, and the halving
  });

  it('does not fail for whoever asks for another text of the request meanwhile', async () => {
    const door = gate();
    const model = testModel({
      async answer({ values }) {
        if (model.asked.length === 8) await door.wait();
        if (values.some((text) => text.startsWith('bad'))) throw status(400);
        return { embeddings: values.map(vectorOf) };
      },
    });
    const { begin, clock } = testEmbeddings({ model });
    const guilty = begin(['bad 1', 'a', 'bad 2', 'b', 'bad 3', 'c']);
    const other = begin(['d']);
    await pass(clock);
    expect(model.asked.at(-1)).toEqual(['bad 3', 'c']); // halving has ended: it does not say which of them
    const innocent = begin(['c']);
    await pass(clock);
    door.open();
    await pass(clock);
    await expect(guilty).rejects.toMatchObject({ index: 0 });
    expect(await other).toMatchObject({ embeddings: [vectorOf('d')] });
    expect(await innocent).toMatchObject({ embeddings: [vectorOf('c')] });
  });

  it('is named by its place in the call that has it', async () => {
    const error = status(400);
    const model = refusing(
      (text) => text === '',
      () => error,
    );
    const { begin, clock } = testEmbeddings({ model });
    const replies = [begin(['a', 'b', '', 'c']), begin(['d', 'e'])];
    await pass(clock);
    const [failed, good] = await outcomes(replies);
    expect(failed).toBeInstanceOf(EmbeddingError);
    expect(isPerfError(failed)).toBe(true);
    expect(failed).toMatchObject({
      code: 'MASTRA_PERF_EMBEDDING',
      index: 2,
      message: 'text 2 of 4: 400',
      isRetryable: false,
      cause: error,
    });
    expect(good).toEqual([vectorOf('d'), vectorOf('e')]);
  });

  it('costs its own caller only: what the others had is kept', async () => {
    const model = refusing(
      (text) => text === 'bad',
      () => status(400),
    );
    const { ask, begin } = testEmbeddings({ model });
    await expect(ask(['a', 'bad', 'b'])).rejects.toMatchObject({ index: 1 });
    const before = model.asked.length;
    expect(await begin(['b', 'a'])).toMatchObject({ embeddings: [vectorOf('b'), vectorOf('a')] });
    expect(model.asked).toHaveLength(before);
  });

  it('is asked for again by the next caller', async () => {
    let isBad = true;
    const model = refusing(
      () => isBad,
      () => status(400),
    );
    const { ask } = testEmbeddings({ model });
    await expect(ask(['a'])).rejects.toMatchObject({ statusCode: 400 });
    isBad = false;
    expect(await ask(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
  });
});

describe('a request that fails for another reason', () => {
  it.each([
    ['too many requests', status(429, { isRetryable: true })],
    ['an error of the server', status(503, { isRetryable: true })],
    ['a wrong key', status(401)],
    ['an unknown model', status(404)],
    ['a connection that breaks', Object.assign(new Error('x'), { cause: { code: 'ECONNRESET' } })],
    ['a time limit of the client', new DOMException('x', 'TimeoutError')],
  ])('fails for all with the error of the provider, and is not repeated: %s', async (_what, error) => {
    const model = refusing(
      () => true,
      () => error,
    );
    const { begin, clock } = testEmbeddings({ model });
    const replies = [begin(['a', 'b']), begin(['c'])];
    await pass(clock);
    expect(await outcomes(replies)).toEqual([error, error]);
    expect(model.asked).toHaveLength(1);
  });

  it('is not followed by what waits behind it', async () => {
    const model = testModel({
      maxEmbeddingsPerCall: 1,
      answer: () => Promise.reject(status(401)),
    });
    const { ask } = testEmbeddings({ model, bounds: { maxParallel: 2 } });
    await expect(ask(numbered(500))).rejects.toMatchObject({ statusCode: 401 });
    expect(model.asked.length).toBeLessThanOrEqual(4);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['too few vectors', (all: number[][]) => all.slice(1), 0],
    ['too many vectors', (all: number[][]) => [...all, [1]], 0],
    ['NaN', (all: number[][]) => all.map((one, at) => (at === 1 ? [1, Number.NaN, 0, 0] : one)), 1],
    ['Infinity', (all: number[][]) => all.map((one, at) => (at === 2 ? [Infinity, 0, 0, 0] : one)), 2],
    ['nothing', (all: number[][]) => all.map((one, at) => (at === 1 ? [] : one)), 1],
    ['no array', () => undefined as never, 0],
    ['another length', (all: number[][]) => all.map((one, at) => (at === 2 ? [1, 2] : one)), 2],
  ])('names the text, and is not stored: %s', async (_what, spoil, index) => {
    let isSpoilt = true;
    const model = testModel({
      async answer({ values }) {
        const all = values.map(vectorOf);
        return { embeddings: isSpoilt ? spoil(all) : all };
      },
    });
    const { ask } = testEmbeddings({ model });
    const error: unknown = await ask(['a', 'b', 'c']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmbeddingError);
    expect(error).toMatchObject({ index });
    isSpoilt = false;
    expect(await ask(['a', 'b', 'c'])).toMatchObject({ embeddings: ['a', 'b', 'c'].map(vectorOf) });
  });

  it('fails for the text that the model leaves out, and for no other caller', async () => {
    const model = testModel({
      answer: async ({ values }) => ({ embeddings: values.filter((text) => text !== '').map(vectorOf) }),
    });
    const { begin, clock } = testEmbeddings({ model });
    const replies = [begin(['a']), begin(['']), begin(['b'])];
    await pass(clock);
    const [a, empty, b] = await outcomes(replies);
    expect([a, b]).toEqual([[vectorOf('a')], [vectorOf('b')]]);
    expect(empty).toMatchObject({
      code: 'MASTRA_PERF_EMBEDDING',
      message: 'text 0 of 1: the model answered 0 vectors for 1 text',
    });
  });
});

describe('a caller who gives up', () => {
  function held() {
    const door = gate();
    const signals: AbortSignal[] = [];
    const model = testModel({
      async answer({ values, abortSignal }) {
        signals.push(abortSignal!);
        await Promise.race([
          door.wait(),
          new Promise((_, reject) =>
            abortSignal!.addEventListener('abort', () => reject(abortSignal!.reason as Error)),
          ),
        ]);
        return { embeddings: values.map(vectorOf) };
      },
    });
    return { door, signals, ...testEmbeddings({ model }) };
  }

  it('leaves alone, with the reason of his signal; the request goes on for the others', async () => {
    const { begin, clock, door, signals, faults } = held();
    const ended = new AbortController();
    const replies = [begin(['a', 'b'], { abortSignal: ended.signal }), begin(['b', 'c'])];
    await pass(clock);
    const reason = new Error('enough');
    ended.abort(reason);
    await expect(replies[0]).rejects.toBe(reason);
    expect(signals[0]!.aborted).toBe(false);
    door.open();
    expect(await replies[1]).toMatchObject({ embeddings: [vectorOf('b'), vectorOf('c')] });
    expect(faults).toEqual([]);
  });

  it('ends the request when nobody is left, and whoever comes then is not caught up in it', async () => {
    const { begin, clock, door, signals, model } = held();
    const ended = [new AbortController(), new AbortController()];
    const replies = ended.map(({ signal }, at) => begin(['a', `own ${at}`], { abortSignal: signal }));
    await pass(clock);
    for (const one of ended) one.abort();
    for (const reply of replies) await expect(reply).rejects.toMatchObject({ name: 'AbortError' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const late = begin(['a']);
    await pass(clock);
    door.open();
    expect(await late).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(model.asked).toEqual([['a', 'own 0', 'own 1'], ['a']]);
  });

  it('before the request is made has nothing asked', async () => {
    const { begin, clock, model } = held();
    const ended = new AbortController();
    const reply = begin(['a'], { abortSignal: ended.signal });
    ended.abort();
    await expect(reply).rejects.toMatchObject({ name: 'AbortError' });
    await expect(begin(['b'], { abortSignal: ended.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await pass(clock);
    expect(model.asked).toEqual([]);
  });
});

describe('a model that answers vectors of another length than before', () => {
  it('has all texts of a call asked anew: none is mixed, and the former ones are gone', async () => {
    let length = 4;
    const model = testModel({
      answer: async ({ values }) => ({ embeddings: values.map((text) => vectorOf(text).slice(0, length)) }),
    });
    const { ask, dimensions } = testEmbeddings({ model });
    await ask(['a', 'b', 'c']);
    length = 3;
    const { embeddings } = await ask(['a', 'new', 'b']);
    expect(embeddings).toEqual(['a', 'new', 'b'].map((text) => vectorOf(text).slice(0, 3)));
    expect(await ask(['c'])).toMatchObject({ embeddings: [vectorOf('c').slice(0, 3)] });
    expect(dimensions).toEqual([[4, 3]]);
    expect(model.asked).toEqual([['a', 'b', 'c'], ['new'], ['a', 'new', 'b'], ['c']]);
  });

  it('is given up when it does so all the time', async () => {
    let calls = 0;
    const model = testModel({
      maxEmbeddingsPerCall: 1,
      answer: async ({ values }) => ({
        embeddings: values.map((text) => vectorOf(text).slice(0, 2 + (++calls % 2))),
      }),
    });
    const { ask } = testEmbeddings({ model });
    await expect(ask(['a', 'b'])).rejects.toMatchObject({ code: 'MASTRA_PERF_EMBEDDING', index: 1 });
  });
});
