import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { upstreamModel, type Upstream } from '../coalesce/test-upstreams.ts';
import { PerfError } from '../errors.ts';
import type { Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { answerOf, textOf, type CallSettings } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import type { CacheSettings } from './options.ts';
import { testProcess, using, type TestProcessOptions } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const TTL = 1000;
const STALE = 5000;

/** A process that has the answer `old`, which is `ageMs` old, and whose model is answered by hand. */
async function setUp({
  settings = { ttl: TTL, staleIfError: STALE },
  ageMs = TTL + 1,
  ...options
}: TestProcessOptions & { settings?: CacheSettings; ageMs?: number } = {}) {
  const clock = options.clock ?? testClock();
  const { invoke, upstreams } = upstreamModel();
  const process = testProcess({
    ...options,
    clock,
    settings,
    respond: ({ request, method }) => invoke(request, method),
  });
  const first = process.ask();
  await settled();
  upstreams.shift()!.finish(...answerOf('old'));
  await first;
  await process.background.idle();
  clock.advance(ageMs);
  /** A call that nobody reads yet. */
  const open = async (call?: CallSettings) => {
    const begun = process.begin(call);
    begun.reply.catch(() => undefined); // some fail on purpose
    await settled();
    return { ...begun, upstream: upstreams.at(-1)! };
  };
  const begin = async (call?: CallSettings) => {
    const begun = process.begin(call);
    const text = begun.reply.then(readAll).then(textOf);
    text.catch(() => undefined); // some fail on purpose
    await settled();
    return { ...begun, text, upstream: upstreams.at(-1)! };
  };
  const staleEvents = () =>
    process.told.filter(([name]) => name === 'staleIfError').map(([, event]) => event);
  return { ...process, clock, upstreams, begin, open, staleEvents };
}
const failure = (statusCode?: unknown) =>
  Object.assign(new Error('no answer'), {
    name: 'AI_APICallError',
    ...(statusCode !== undefined && { statusCode }),
  });

const start = answerOf('new').slice(0, 2);
const content = answerOf('new').slice(2, 5);

async function read(reply: Promise<Reply>, said: StreamPart[]): Promise<void> {
  const { parts } = await reply;
  for (;;) {
    const result = await parts.read();
    if (result.done) return;
    if (result.value.type === 'error') throw result.value.error;
    said.push(result.value);
  }
}

type Fails = (upstream: Upstream, error: unknown) => void;
const BEFORE_CONTENT: Array<[how: string, fails: Fails]> = [
  ['refuses the call', (upstream, error) => upstream.refuse(error)],
  ['says an error first', (upstream, error) => upstream.finish({ type: 'error', error })],
  [
    'says an error before any content',
    (upstream, error) => upstream.finish(...start, { type: 'error', error }),
  ],
  [
    'breaks off before any content',
    (upstream, error) => {
      upstream.answer(...start);
      upstream.parts.fail(error);
    },
  ],
];

describe.each(BEFORE_CONTENT)('a model that %s', (_how, fails) => {
  it.each([408, 409, 425, 429, 500, 502, 503, 529, undefined, 'none'])(
    'is excused with the stale answer: status %s',
    async (status) => {
      const { begin, staleEvents, faults } = await setUp();
      const { upstream, text, call } = await begin();
      fails(upstream, failure(status));
      expect(await text).toBe('old');
      expect(call.facts.outcome).toEqual({ name: 'stale', tier: 'l1', ageMs: TTL + 1, savedMs: 0 });
      expect(staleEvents()).toEqual([
        {
          agent: 'support',
          key: call.key(),
          ageMs: TTL + 1,
          error: 'AI_APICallError',
          ...(typeof status === 'number' && { status }),
        },
      ]);
      expect(faults).toEqual([]);
    },
  );

  it.each([400, 401, 403, 404, 413, 422])(
    'is not excused when the request is at fault: status %s',
    async (status) => {
      const { begin, staleEvents } = await setUp();
      const { upstream, text } = await begin();
      const error = failure(status);
      fails(upstream, error);
      await expect(text).rejects.toBe(error);
      expect(staleEvents()).toEqual([]);
    },
  );

  it('is not excused for a deliberate error of ours', async () => {
    const { begin } = await setUp();
    const { upstream, text } = await begin();
    const error = new PerfError('MASTRA_PERF_CLOSED', 'closed');
    fails(upstream, error);
    await expect(text).rejects.toBe(error);
  });

  it('and is not excused has all of its parts read before its error', async () => {
    const { open, faults } = await setUp();
    const { upstream, reply } = await open();
    const error = failure(400);
    fails(upstream, error);
    const said: StreamPart[] = [];
    const failed = await read(reply, said).catch((thrown: unknown) => thrown);
    expect(failed).toBe(error);
    expect(said).toEqual(said.length === 0 ? [] : start);
    expect(faults).toEqual([]);
  });

  it('is not excused when the caller has given up', async () => {
    const { begin, staleEvents } = await setUp();
    const controller = new AbortController();
    const { upstream, text } = await begin({ request: { abortSignal: controller.signal } });
    controller.abort(new Error('enough'));
    fails(upstream, failure(503));
    await expect(text).rejects.toThrow('enough');
    expect(staleEvents()).toEqual([]);
  });

  it('is not excused when the answer is too old, or was never there', async () => {
    const tooOld = await setUp({ ageMs: TTL + STALE + 1 });
    const never = await setUp();
    for (const [{ begin }, call] of [
      [tooOld, {}],
      [never, { request: { temperature: 1 } }],
    ] as const) {
      const { upstream, text } = await begin(call);
      const error = failure(503);
      fails(upstream, error);
      await expect(text).rejects.toBe(error);
    }
  });

  it('is excused to the last millisecond', async () => {
    const { begin } = await setUp({ ageMs: TTL + STALE });
    const { upstream, text } = await begin();
    fails(upstream, failure(503));
    expect(await text).toBe('old');
  });

  it('is excused with what the store has', async () => {
    const clock = testClock();
    const store = memoryStoreOn(clock);
    await setUp({ clock, store });
    const { invoke, upstreams } = upstreamModel();
    const other = testProcess({
      clock,
      store,
      settings: { ttl: TTL, staleIfError: STALE },
      respond: ({ request, method }) => invoke(request, method),
    });
    const answer = other.asks();
    await settled();
    fails(upstreams[0]!, failure());
    expect(await answer).toEqual(['old', 'stale l2']);
  });

  it('is excused again the next time: what failed is not stored', async () => {
    const { begin, cache, told } = await setUp();
    for (let time = 0; time < 3; time++) {
      const { upstream, text } = await begin();
      fails(upstream, failure(500));
      expect(await text).toBe('old');
    }
    expect(cache.stats().entries).toBe(1);
    expect(told.filter(([name]) => name === 'stored')).toHaveLength(1);
  });
});

describe('a model that has begun to say something', () => {
  it.each<[how: string, fails: Fails]>([
    ['says an error', (upstream, error) => upstream.finish(...start, ...content, { type: 'error', error })],
    [
      'breaks off',
      (upstream, error) => {
        upstream.answer(...start, ...content);
        upstream.parts.fail(error);
      },
    ],
  ])('and then %s is not excused: the caller has seen it', async (_how, fails) => {
    const { begin, staleEvents } = await setUp();
    const { upstream, text, reply } = await begin();
    const error = failure(503);
    fails(upstream, error);
    await expect(text).rejects.toBe(error);
    expect(staleEvents()).toEqual([]);
    await reply;
  });
});

describe('the answer of a model that does not fail', () => {
  it('comes with all of its parts, as they were, and is stored', async () => {
    const { open, upstreams, asks } = await setUp();
    const { upstream, reply, call } = await open();
    const seen = reply.then(({ parts }) => parts.read());
    upstream.answer(...start);
    await settled();
    let given = false;
    void reply.then(() => (given = true));
    await settled();
    expect(given).toBe(false); // nothing can be taken back once it was given
    upstream.answer(...content);
    expect(await seen).toEqual({ done: false, value: start[0] });
    const rest = readAll(await reply);
    upstream.finish(...answerOf('new').slice(5));
    expect([start[0], ...(await rest)]).toEqual(answerOf('new'));
    expect(call.facts.outcome).toEqual({ name: 'miss' });
    expect(await asks()).toEqual(['new', 'hit l1']);
    expect(upstreams).toHaveLength(1);
  });

  it.each([
    ['says nothing but its end', answerOf('new').slice(-1)],
    ['says nothing at all', []],
  ])('comes as it is when it %s', async (_how, parts) => {
    const { open } = await setUp();
    const { upstream, reply } = await open();
    upstream.finish(...parts);
    expect(await readAll(await reply)).toEqual(parts);
  });

  it('can be given up: the model is told', async () => {
    const { open } = await setUp();
    const { upstream, reply } = await open();
    upstream.answer(...start, ...content);
    await (await reply).parts.cancel('enough');
    expect(upstream.parts.cancels).toEqual(['enough']);
  });
});

describe('stale-if-error', () => {
  it('is off by default', async () => {
    const { begin } = await setUp({ settings: { ttl: TTL } });
    const { upstream, text } = await begin();
    upstream.refuse(failure(503));
    await expect(text).rejects.toThrow('no answer');
  });

  it('excuses each of those who share a call', async () => {
    const clock = testClock();
    const { begin, upstreams, staleEvents } = await setUp({
      clock,
      between: ({ cache }) => [coalesce({ ...cache, clock, settingsOf: () => ({}) })],
    });
    const calls = await Promise.all([begin(), begin(), begin()]);
    upstreams[0]!.refuse(failure(503));
    await settled();
    upstreams[1]!.refuse(failure(503)); // the others try once more, together
    expect(await Promise.all(calls.map(({ text }) => text))).toEqual(['old', 'old', 'old']);
    expect(staleEvents()).toHaveLength(3);
    expect(upstreams).toHaveLength(2);
  });

  it('never excuses a refresh', async () => {
    const { begin, asks } = await setUp({ ageMs: 0 });
    const { upstream, text } = await begin(using({ cache: 'refresh' }));
    upstream.refuse(failure(503));
    await expect(text).rejects.toThrow('no answer');
    expect(await asks()).toEqual(['old', 'hit l1']);
  });

  it('takes over where an answer may no longer be given while a new one is fetched', async () => {
    const settings = { ttl: TTL, staleWhileRevalidate: 500, staleIfError: STALE };
    const { begin, clock, asks, staleEvents } = await setUp({ settings });
    expect(await asks()).toEqual(['old', 'stale l1']);
    await settled();
    clock.advance(500);
    const { upstream, text } = await begin();
    upstream.refuse(failure(503));
    expect(await text).toBe('old');
    expect(staleEvents()).toHaveLength(1);
  });

  it('gives what memory has while the store and the model are away', async () => {
    const clock = testClock();
    const store = chaosStore(memoryStoreOn(clock));
    const { begin, faults } = await setUp({ clock, store });
    store.fail('*');
    const { upstream, text, call } = await begin();
    upstream.refuse(failure());
    expect(await text).toBe('old');
    expect(call.facts.outcome).toMatchObject({ name: 'stale', tier: 'l1' });
    expect(faults).toEqual([]);
  });

  it.each([
    ['a text', 'overloaded', 'string'],
    ['nothing', undefined, 'undefined'],
    ['an object', { type: 'overloaded_error', statusCode: 529 }, 'object'],
  ])('tells of %s that a model says as its error', async (_what, error, name) => {
    const { begin, staleEvents } = await setUp();
    const { upstream, text } = await begin();
    upstream.finish({ type: 'error', error });
    expect(await text).toBe('old');
    expect(staleEvents()).toEqual([expect.objectContaining({ error: name })]);
  });
});
