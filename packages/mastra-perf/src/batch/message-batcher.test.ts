import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { settled, testClock } from '../base/test-clock.ts';
import { PerfConfigError } from '../errors.ts';
import { MessageBatcher } from './message-batcher.ts';
import type { MessageBatcherOptions } from './options.ts';
import { answering, held, testBatchAgent, type Respond } from './test-batch-agent.ts';

function start<T = string>(options: MessageBatcherOptions<T> = {}, respond?: Respond) {
  const clock = testClock();
  const agent = testBatchAgent(respond);
  let ids = 0;
  const batcher = new MessageBatcher(agent, options, { clock, itemId: () => `i${++ids}` });
  return { clock, agent, batcher };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );
const responsesOf = (work: readonly Promise<{ readonly response: unknown }>[]) =>
  Promise.all(work.map(async (one) => (await one).response));
const turns = async (count = 10): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await settled();
};

describe('a batch', () => {
  it('is sent when its time has come, and each caller gets the answer to its message', async () => {
    const { clock, agent, batcher } = start();
    const answers = [batcher.process('t', 'one'), batcher.process('t', 'two')];
    clock.advance(999);
    await turns();
    expect(agent.calls).toHaveLength(0);
    clock.advance(1);
    expect(await responsesOf(answers)).toEqual(['ONE', 'TWO']);
    expect(agent.calls).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('is sent at once when it is full', async () => {
    const { agent, batcher } = start({ maxSize: 2 });
    expect(await responsesOf(['a', 'b', 'c', 'd'].map((text) => batcher.process('t', text)))).toEqual([
      'A',
      'B',
      'C',
      'D',
    ]);
    expect(agent.calls.map(({ items }) => items.length)).toEqual([2, 2]);
  });

  it('begins anew with the message that does not fit into its tokens, and one that is too long goes alone', async () => {
    const { agent, batcher } = start({ maxTokens: 10, countTokens: (text) => text.length });
    const answers = ['12345', '1234', '123', 'far too long for it', '12', '1'].map((text) =>
      batcher.process('t', text),
    );
    await batcher.flush();
    await responsesOf(answers);
    expect(agent.calls.map(({ items }) => items.map(({ message }) => message))).toEqual([
      ['12345', '1234'],
      ['123'],
      ['far too long for it'],
      ['12', '1'],
    ]);
  });

  it('counts a token for each byte, if it is not told how to count', async () => {
    const { agent, batcher } = start({ maxTokens: 20 });
    void batcher.process('t', '日本語');
    void batcher.process('t', '日本語');
    await batcher.flush();
    expect(agent.calls).toHaveLength(2);
  });

  it('never mixes threads, nor resources in one thread', async () => {
    const { agent, batcher } = start();
    const answers = [
      batcher.process('t', 'a', { resource: 'r' }),
      batcher.process('u', 'b', { resource: 'r' }),
      batcher.process('t', 'c', { resource: 's' }),
      batcher.process('t', 'd'),
      batcher.process('t', 'e', { resource: 'r' }),
    ];
    await batcher.flush();
    await responsesOf(answers);
    expect(agent.calls.map(({ items }) => items.map(({ message }) => message).join(''))).toEqual([
      'ae',
      'b',
      'c',
      'd',
    ]);
  });

  it('mixes threads of one resource when it is told to, and leaves those of nobody apart', async () => {
    const { agent, batcher } = start({ keyBy: 'resource' });
    const answers = [
      batcher.process('t', 'a', { resource: 'r' }),
      batcher.process('u', 'b', { resource: 'r' }),
      batcher.process('r', 'c'),
      batcher.process('v', 'd'),
    ];
    await batcher.flush();
    await responsesOf(answers);
    expect(agent.calls.map(({ items }) => items.map(({ message }) => message).join(''))).toEqual([
      'ab',
      'c',
      'd',
    ]);
  });

  it('names the resource and the thread of its items, and neither that they do not share', async () => {
    const { agent, batcher } = start({ keyBy: ({ message }) => message.slice(0, 1) });
    const answers = [
      batcher.process('t', 'a1', { resource: 'r' }),
      batcher.process('t', 'a2', { resource: 'r' }),
      batcher.process('t', 'b1', { resource: 'r' }),
      batcher.process('u', 'b2', { resource: 'r' }),
      batcher.process('t', 'c1', { resource: 'r' }),
      batcher.process('u', 'c2', { resource: 's' }),
    ];
    await batcher.flush();
    await responsesOf(answers);
    expect(agent.calls.map(({ options }) => options.modelSettings)).toEqual([
      { headers: { 'x-thread-id': 't', 'x-resource-id': 'r' } },
      { headers: { 'x-resource-id': 'r' } },
      { headers: {} },
    ]);
  });
});

describe('an answer', () => {
  it('belongs to the id, wherever it stands', async () => {
    const { batcher } = start({}, ({ items }) => ({
      object: { answers: (answering(items).object as { answers: unknown[] }).answers.toReversed() },
    }));
    const answers = ['a', 'b', 'c'].map((text) => batcher.process('t', text));
    await batcher.flush();
    expect(await responsesOf(answers)).toEqual(['A', 'B', 'C']);
  });

  it('that is missing, doubled, of an unknown id or not of the schema is asked for once more, alone', async () => {
    const { agent, batcher } = start({}, ({ items }, n) => {
      if (n > 1) return answering(items);
      const [missing, doubled, renamed, empty, unsure, fine] = items;
      const answer = (id: string | undefined, response: unknown, confidence: unknown = 1) => ({
        id,
        response,
        confidence,
      });
      return {
        object: {
          answers: [
            answer(doubled?.id, 'first'),
            answer(doubled?.id, 'second'),
            answer(`${renamed?.id}x`, 'of nobody'),
            answer(empty?.id, ' '),
            answer(unsure?.id, 'x', 'very'),
            answer(fine?.id, `not ${missing?.id}`),
            null,
            7,
          ],
        },
      };
    });
    const answers = ['missing', 'doubled', 'renamed', 'empty', 'unsure', 'fine'].map((text) =>
      batcher.process('t', text),
    );
    await batcher.flush();
    expect(await responsesOf(answers)).toEqual([
      'MISSING',
      'DOUBLED',
      'RENAMED',
      'EMPTY',
      'UNSURE',
      'not i1',
    ]);
    expect(agent.calls.map(({ items }) => items.length)).toEqual([6, 1, 1, 1, 1, 1]);
    const ids = agent.calls.flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(ids).size, 'fresh ids in each call').toBe(ids.length);
    expect(batcher.stats()).toMatchObject({ calls: 6, retried: 5, answered: 6, open: 0 });
  });

  it('that does not come alone either fails alone', async () => {
    const { batcher, agent } = start({}, ({ items }) => ({
      object: {
        answers: items
          .filter(({ message }) => message !== 'silent')
          .map(({ id, message }) => ({ id, response: message === 'wrong' ? 7 : 'fine', confidence: 2 })),
      },
      totalUsage: { inputTokens: 30, outputTokens: 3 },
    }));
    const [fine, silent, wrong] = ['fine', 'silent', 'wrong'].map((text) => batcher.process('t', text));
    const failed = [errorOf(silent!), errorOf(wrong!)];
    await batcher.flush();
    expect(await fine).toMatchObject({ response: 'fine', confidence: 1 });
    const [first, second] = (await Promise.all(failed)) as { usage: { inputTokens: number } }[];
    expect(first).toMatchObject({ code: 'MASTRA_PERF_BATCH', reason: 'unanswered', threadId: 't' });
    expect(second).toMatchObject({ code: 'MASTRA_PERF_BATCH', reason: 'invalid' });
    expect(agent.calls).toHaveLength(3);
    expect((await fine!).usage.inputTokens + first!.usage.inputTokens + second!.usage.inputTokens).toBe(90);
    expect(batcher.stats().usage).toMatchObject({ inputTokens: 90, outputTokens: 9 });
  });

  it('is none when the text breaks off in it', async () => {
    const { batcher, agent } = start({}, ({ items }, n) =>
      n > 1
        ? answering(items)
        : {
            object: { answers: items.map(({ id }) => ({ id, confidence: 1, response: 'half an ans' })) },
            text: '{"answers":[{"id":"i1","confidence":1,"response":"half an ans"},{"id":"i2","confidence":1,"response":"half an ans',
          },
    );
    const answers = ['whole', 'half'].map((text) => batcher.process('t', text));
    await batcher.flush();
    expect(await responsesOf(answers)).toEqual(['half an ans', 'HALF']);
    expect(agent.calls).toHaveLength(2);
  });

  it('is a value of the schema, and only that', async () => {
    const schema = z.object({
      label: z.enum(['good', 'bad']),
      words: z.string().transform((text) => text.length),
    });
    const { batcher } = start({ schema }, ({ items }, n) => ({
      object: {
        answers: items.map(({ id }) => ({
          id,
          response: { label: n === 1 ? 'ugly' : 'good', words: 'four' },
          confidence: 0.5,
        })),
      },
    }));
    const answer = batcher.process('t', 'text');
    await batcher.flush();
    expect((await answer).response satisfies { label: 'good' | 'bad'; words: number }).toEqual({
      label: 'good',
      words: 4,
    });
  });
});

describe('a call that fails', () => {
  it('is asked for again item by item, if it may be due to one of them', async () => {
    const refusal = Object.assign(new Error('content'), { statusCode: 400 });
    const { batcher, agent } = start({}, ({ items }) =>
      items.some(({ message }) => message === 'bad') ? Promise.reject(refusal) : answering(items),
    );
    const [good, bad, other] = ['good', 'bad', 'other'].map((text) => batcher.process('t', text));
    const failed = errorOf(bad!);
    await batcher.flush();
    expect(await responsesOf([good!, other!])).toEqual(['GOOD', 'OTHER']);
    expect(await failed).toMatchObject({ reason: 'failed', cause: refusal });
    expect(agent.calls).toHaveLength(4);
  });

  it.each([
    ['is told to wait', { statusCode: 429, isRetryable: true }],
    ['has no right to ask', { statusCode: 401 }],
    ['has no connection', { code: 'ECONNREFUSED' }],
  ])('fails for all when it %s', async (_, fields) => {
    const { batcher, agent } = start({}, () =>
      Promise.reject(new Error('wrapped', { cause: Object.assign(new Error('no'), fields) })),
    );
    const failed = ['a', 'b'].map((text) => errorOf(batcher.process('t', text)));
    await batcher.flush();
    expect(await Promise.all(failed)).toMatchObject([{ reason: 'failed' }, { reason: 'failed' }]);
    expect(agent.calls).toHaveLength(1);
  });
});

describe('a caller', () => {
  it('leaves before the batch is sent, and is not in it', async () => {
    const { batcher, agent } = start();
    const abort = new AbortController();
    const gone = errorOf(batcher.process('t', 'gone', { signal: abort.signal }));
    const here = batcher.process('t', 'here');
    abort.abort(new Error('enough'));
    expect(await gone).toMatchObject({ message: 'enough' });
    await batcher.flush();
    expect((await here).response).toBe('HERE');
    expect(agent.calls[0]?.items).toHaveLength(1);
    await expect(batcher.process('t', 'late', { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('leaves during the call without hurting others, and the last one ends the call', async () => {
    const { respond } = held();
    const { batcher, agent } = start({ maxSize: 2 }, respond);
    const aborts = [new AbortController(), new AbortController()];
    const gone = aborts.map(({ signal }, at) => errorOf(batcher.process('t', `m${at}`, { signal })));
    await turns();
    const signal = agent.calls[0]?.options.abortSignal;
    aborts[0]?.abort(new Error('first'));
    await turns();
    expect(signal?.aborted).toBe(false);
    aborts[1]?.abort(new Error('second'));
    expect(await Promise.all(gone)).toMatchObject([{ message: 'first' }, { message: 'second' }]);
    expect(signal?.aborted).toBe(true);
    await batcher.flush(); // also when the agent does not care
    expect(batcher.stats()).toMatchObject({ left: 2, open: 0, waiting: 0 });
  });

  it('waits no longer than it may, for others or for the model', async () => {
    const { respond } = held();
    const { batcher, clock, agent } = start({ timeout: 100, maxWaitMs: 50 }, respond);
    const asked = errorOf(batcher.process('t', 'asked'));
    clock.advance(50);
    await turns();
    expect(agent.calls).toHaveLength(1);
    clock.advance(50);
    expect(await asked).toMatchObject({ code: 'MASTRA_PERF_BATCH', reason: 'timeout' });
    expect(agent.calls[0]?.options.abortSignal.aborted).toBe(true);
    const slow = start({ timeout: 100, maxWaitMs: 500 });
    const waiting = errorOf(slow.batcher.process('t', 'waiting'));
    slow.clock.advance(100);
    expect(await waiting).toMatchObject({ reason: 'timeout' });
    expect(slow.batcher.stats().waiting).toBe(0);
    expect(slow.clock.timers()).toBe(0);
  });

  it('is refused when too many wait', async () => {
    const { batcher } = start({ maxQueue: 1 });
    const first = batcher.process('t', 'first');
    expect(await errorOf(batcher.process('t', 'second'))).toMatchObject({ reason: 'full' });
    await batcher.flush();
    expect((await first).response).toBe('FIRST');
    const third = batcher.process('t', 'third');
    await batcher.flush();
    expect((await third).response).toBe('THIRD');
  });
});

it('makes no more calls at a time than it may', async () => {
  let busy = 0;
  let most = 0;
  const { batcher } = start({ maxSize: 1, maxParallel: 3 }, async ({ items }) => {
    most = Math.max(most, ++busy);
    await settled();
    busy--;
    return answering(items);
  });
  await responsesOf(Array.from({ length: 20 }, (_, n) => batcher.process(`t${n}`, 'm')));
  expect(most).toBe(3);
});

it('answers what waits when it is closed, and takes no more', async () => {
  const { open, respond } = held();
  const { batcher } = start({}, respond);
  const answer = batcher.process('t', 'last');
  const closing = batcher.close();
  await expect(batcher.process('t', 'late')).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  let isClosed = false;
  void closing.then(() => (isClosed = true));
  await turns();
  expect(isClosed).toBe(false);
  open();
  await closing;
  expect((await answer).response).toBe('LAST');
  await batcher[Symbol.asyncDispose]();
});

it('passes options on to the agent, but not those that are its own', async () => {
  const requestContext = new Map();
  const seen: unknown[] = [];
  const { batcher, agent } = start({
    keyBy: () => 'tenant',
    requestContext: (batch) => {
      seen.push(batch);
      return requestContext;
    },
    generateOptions: {
      system: 'Be brief.',
      temperature: 0,
      modelSettings: { maxOutputTokens: 9, headers: { own: 'yes' } },
      structuredOutput: { jsonPromptInjection: 'auto', schema: 'mine' },
      abortSignal: 'mine',
    },
  });
  void batcher.process('t', 'm', { resource: 'r' });
  await batcher.flush();
  const options = agent.calls[0]!.options;
  expect(options).toMatchObject({
    temperature: 0,
    requestContext,
    modelSettings: { maxOutputTokens: 9, headers: { own: 'yes', 'x-thread-id': 't', 'x-resource-id': 'r' } },
    structuredOutput: { jsonPromptInjection: 'auto', errorStrategy: 'fallback' },
  });
  expect(options.structuredOutput.schema).toHaveProperty('~standard');
  expect(options.abortSignal).toBeInstanceOf(AbortSignal);
  expect(options.system).toEqual(['Be brief.', expect.stringContaining('"items"')]);
  expect(seen).toEqual([{ key: 'tenant', threadId: 't', resource: 'r' }]);
});

describe('wrong input', () => {
  const agent = testBatchAgent();
  it.each([
    ['maxSize', 0],
    ['maxSize', -1],
    ['maxSize', 1.5],
    ['maxSize', Number.NaN],
    ['maxWaitMs', 0],
    ['maxWaitMs', Number.NaN],
    ['maxTokens', 0],
    ['maxTokens', Infinity],
    ['maxParallel', 0],
    ['maxQueue', -5],
    ['timeout', '5 minutes'],
    ['keyBy', 'tenant'],
    ['countTokens', 7],
    ['memory', 'yes'],
    ['requestContext', {}],
    ['generateOptions', []],
    ['onError', 'log'],
    ['maxsize', 3],
  ])('is told at construction: %s %s', (name, value) => {
    const error = catching(() => new MessageBatcher(agent, { [name]: value }));
    expect(error).toBeInstanceOf(PerfConfigError);
    expect(error).toMatchObject({ path: `MessageBatcher.${name}` });
  });

  it.each([undefined, null, 'agent', {}, { generate: true }])(
    'is told of an agent that is none: %s',
    (none) => {
      expect(catching(() => new MessageBatcher(none as never))).toMatchObject({
        path: 'MessageBatcher.agent',
      });
    },
  );

  it('is told by process()', async () => {
    const { batcher } = start({ keyBy: ({ message }) => (message === 'no key' ? '' : 'k') });
    for (const [thread, message, options] of [
      ['', 'm', {}],
      ['t', '', {}],
      ['t', ' \n', {}],
      ['t', 7, {}],
      [undefined, 'm', {}],
      ['t', 'm', { resource: '' }],
      ['t', 'no key', {}],
    ] as const)
      expect(await errorOf(batcher.process(thread as string, message as string, options))).toBeInstanceOf(
        PerfConfigError,
      );
    expect(batcher.stats()).toMatchObject({ open: 0, waiting: 0, messages: 0 });
  });
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
