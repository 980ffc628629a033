import { describe, expect, it } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { isPerfError } from '../errors.ts';
import { callOf, testModel, replyOf, answerOf } from '../pipeline/test-calls.ts';
import { memoryRates } from '../stores/memory-rates.ts';
import { limitsWith, refusalOf } from './test-limits.ts';

const setUpLimits = limitsWith(memoryRates);

/** One a second: of 64 a minute, 93 % are handed out evenly. */
const SLOW = { test: { requestsPerMinute: 64, window: 1000 } };
const INTERVAL_MS = 60_000 / (64 * 0.93);

describe('the concurrency of an agent', () => {
  it('lets so many calls be under way, each until its last part, and the others wait in their order', async () => {
    const { ask, asked, upstreams } = setUpLimits({ settings: { concurrency: 2 } });
    const calls = ['a', 'b', 'c', 'd'].map((text) => ask(text));
    await settled();
    expect(asked()).toEqual(['a', 'b']);
    upstreams[0]!.answer(...answerOf('yes'));
    await calls[0]!.reply;
    await settled();
    expect(asked()).toEqual(['a', 'b']);
    upstreams[0]!.parts.end();
    await calls[0]!.read();
    await settled();
    expect(asked()).toEqual(['a', 'b', 'c']);
    upstreams[1]!.finish();
    await calls[1]!.read();
    await settled();
    expect(asked()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is that of each agent', async () => {
    const { ask, asked } = setUpLimits({ settings: { concurrency: 1 } });
    ask('a', { caller: { agent: 'one' } });
    ask('b', { caller: { agent: 'one' } });
    ask('c', { caller: { agent: 'two' } });
    await settled();
    expect(asked()).toEqual(['a', 'c']);
  });

  it.each(['refuse', 'fail', 'cancel', 'abort', 'abort unread'] as const)(
    'gives a slot back, once, when a call ends by: %s',
    async (how) => {
      const { ask, asked, upstreams } = setUpLimits({ settings: { concurrency: 1 } });
      const abort = new AbortController();
      const first = ask('a', { signal: abort.signal });
      const rest = [ask('b'), ask('c')];
      await settled();
      if (how === 'refuse') upstreams[0]!.refuse(new Error('no'));
      else if (how === 'abort') abort.abort(new Error('enough'));
      else {
        upstreams[0]!.answer({ type: 'text-delta', id: '0', delta: 'x' });
        const reply = await first.reply;
        if (how === 'fail') {
          upstreams[0]!.parts.fail(new Error('broken'));
          await expect(first.read()).rejects.toThrow('broken');
        } else if (how === 'cancel') {
          await reply.parts.cancel();
          await reply.parts.cancel();
        } else abort.abort(new Error('enough'));
      }
      await settled();
      expect(asked()).toEqual(['a', 'b']);
      upstreams[1]!.finish();
      await rest[0]!.read();
      await settled();
      expect(asked()).toEqual(['a', 'b', 'c']);
    },
  );

  it('serves by priority, that of the call before that of the agent', async () => {
    const { ask, asked, upstreams } = setUpLimits({ settings: { concurrency: 1, priority: 'low' } });
    ask('first');
    await settled();
    ask('low');
    ask('normal', { overrides: { priority: 'normal' } });
    ask('high', { overrides: { priority: 'high' } });
    for (let n = 0; n < 4; n++) {
      await settled();
      upstreams[n]!.refuse(new Error('next'));
    }
    expect(asked()).toEqual(['first', 'high', 'normal', 'low']);
  });

  it('tells who waited, for how long', async () => {
    const { ask, events, upstreams, pass } = setUpLimits({ settings: { concurrency: 1 } });
    const [first, second] = [ask('a'), ask('b')];
    await pass(300);
    upstreams[0]!.refuse(new Error('next'));
    await settled();
    expect(events).toEqual([
      { kind: 'waited', limit: 'concurrency', agent: 'support', model: 'test/model', waitMs: 300 },
    ]);
    expect([first.facts.queuedMs, second.facts.queuedMs]).toEqual([undefined, 300]);
  });

  it('refuses who has waited for maxWait, and takes no slot for it', async () => {
    const { ask, asked, events, upstreams, pass } = setUpLimits({
      settings: { concurrency: 1, maxWait: 500 },
    });
    const [, late] = [ask('a'), ask('late')];
    await pass(400);
    const third = ask('c');
    await pass(110);
    expect(await late.ended()).toMatchObject({
      code: 'MASTRA_PERF_LIMIT',
      name: 'RateLimitedError',
      limit: 'concurrency',
      retryAfterMs: 1000,
      isRetryable: false,
    });
    expect(isPerfError(await late.ended())).toBe(true);
    upstreams[0]!.finish();
    upstreams[0]!.refuse(new Error('over'));
    await settled();
    expect(await third.ended()).toBe('waiting');
    expect(events.map(({ kind }) => kind)).toContain('refused');
    expect(asked()).toEqual(['a']);
  });

  it('refuses at once when maxQueue wait already', async () => {
    const { ask, upstreams, asked } = setUpLimits({ settings: { concurrency: 1, maxQueue: 2 } });
    const calls = ['a', 'b', 'c', 'd'].map((text) => ask(text));
    await settled();
    expect(await calls[3]!.ended()).toMatchObject({ code: 'MASTRA_PERF_LIMIT', limit: 'maxQueue' });
    upstreams[0]!.refuse(new Error('next'));
    await settled();
    const later = ask('e');
    await settled();
    expect(await later.ended()).toBe('waiting');
    expect(asked()).toEqual(['a', 'b']);
  });

  it('lets who aborts leave at once, and takes no turn for it', async () => {
    const { ask, asked, upstreams } = setUpLimits({ settings: { concurrency: 1 } });
    const abort = new AbortController();
    ask('a');
    const gone = ask('gone', { signal: abort.signal });
    ask('c');
    await settled();
    abort.abort(new Error('enough'));
    expect(await gone.ended()).toMatchObject({ message: 'enough' });
    upstreams[0]!.refuse(new Error('next'));
    await settled();
    expect(asked()).toEqual(['a', 'c']);
  });
});

describe('what a provider allows', () => {
  it('is asked for in the order in which calls came, no faster', async () => {
    const { ask, asked, upstreams, pass, clock } = setUpLimits({ models: SLOW });
    for (let n = 0; n < 10; n++) ask(String(n));
    await pass(12_000);
    expect(asked()).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
    for (const [n, { at }] of upstreams.entries()) {
      expect(at).toBeGreaterThanOrEqual(n * INTERVAL_MS - 0.001);
      expect(at).toBeLessThanOrEqual(n * INTERVAL_MS + 20);
    }
    expect(clock.timers()).toBe(0);
  });

  it('is found by provider or model, in any case, and both hold', async () => {
    const models = {
      Test: { requestsPerMinute: 6000 },
      'TEST/Model': { requestsPerMinute: 64, window: 1000 },
      other: { requestsPerMinute: 1 },
    };
    const { ask, asked, pass } = setUpLimits({ models });
    for (let n = 0; n < 5; n++) ask(String(n));
    await pass(2 * INTERVAL_MS + 50);
    expect(asked()).toHaveLength(3);
  });

  it('is nothing to an agent whose limits are off, nor to a model without any', async () => {
    const off = setUpLimits({ models: SLOW, settings: false });
    for (let n = 0; n < 5; n++) off.ask(String(n));
    const other = setUpLimits({ models: { openai: { requestsPerMinute: 1 } } });
    for (let n = 0; n < 5; n++) other.ask(String(n));
    await settled();
    expect([off.asked().length, other.asked().length]).toEqual([5, 5]);
  });

  it('goes first to whom has the higher priority, decided late', async () => {
    const { ask, asked, pass } = setUpLimits({ models: SLOW });
    for (let n = 0; n < 4; n++) ask(`normal${n}`);
    await pass(1200);
    ask('high', { overrides: { priority: 'high' } });
    await pass(10_000);
    expect(asked()).toEqual(['normal0', 'normal1', 'high', 'normal2', 'normal3']);
  });

  it('is asked for by whom comes just when the line is empty again', async () => {
    for (let turns = 0; turns < 60; turns++) {
      const { ask, asked } = setUpLimits({ models: { test: { requestsPerMinute: 60_000 } } });
      ask('a');
      for (let turn = 0; turn < turns; turn++) await undefined;
      ask('b');
      await settled();
      expect(asked()).toEqual(['a', 'b']);
    }
  });

  it('is given back by who aborts, in line or just before it begins', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ models: SLOW });
    const aborts = [new AbortController(), new AbortController()];
    ask('a');
    const next = ask('next', { signal: aborts[0]!.signal });
    const inLine = ask('in line', { signal: aborts[1]!.signal });
    ask('last');
    await pass(INTERVAL_MS - 100);
    for (const abort of aborts) abort.abort(new Error('enough'));
    expect(await next.ended()).toMatchObject({ message: 'enough' });
    expect(await inLine.ended()).toMatchObject({ message: 'enough' });
    await pass(1000);
    expect(asked()).toEqual(['a', 'last']);
    expect(upstreams[1]!.at).toBeLessThan(2 * INTERVAL_MS);
  });

  it('refuses at once who certainly has to wait for longer than maxWait', async () => {
    const { ask, asked, events, pass } = setUpLimits({ models: SLOW, settings: { maxWait: 5000 } });
    const calls = Array.from({ length: 4 }, (_, n) => ask(String(n)));
    await settled();
    for (let n = 4; n < 10; n++) calls.push(ask(String(n)));
    await settled();
    const ends = await Promise.all(calls.map(({ ended }) => ended()));
    const refused = ends.filter((end) => end !== 'waiting');
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ code: 'MASTRA_PERF_LIMIT', limit: 'test' });
    expect((refused[0] as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(5000);
    await pass(6000);
    // Nobody knew of the sixth that it would be a little too late.
    expect(asked()).toEqual(['0', '1', '2', '3', '4']);
    expect(events.filter(({ kind }) => kind === 'refused')).toHaveLength(5);
  });

  it('refuses at its time who was not known to be late', async () => {
    const { ask, asked, pass } = setUpLimits({ models: SLOW, settings: { maxWait: 2500 } });
    const calls = Array.from({ length: 8 }, (_, n) => ask(String(n)));
    await pass(3000);
    expect(asked()).toEqual(['0', '1', '2']);
    expect(await calls[3]!.ended()).toMatchObject({ code: 'MASTRA_PERF_LIMIT', limit: 'test' });
  });
});

describe('tokens', () => {
  const models = { test: { tokensPerMinute: 100_000 } };

  it('are taken by an estimate, and set right by what the answer tells', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ models });
    // 93,000 a minute; each is thought to use 401.
    const calls = Array.from({ length: 30 }, (_, n) => ask(String(n)));
    await pass(50);
    const atFirst = asked().length;
    expect(atFirst).toBeGreaterThanOrEqual(9);
    expect(atFirst).toBeLessThanOrEqual(11);
    for (const one of upstreams) one.finish({ inputTokens: 1, outputTokens: 20 });
    await Promise.all(calls.slice(0, atFirst).map(({ read }) => read()));
    await pass(1100);
    expect(asked()).toHaveLength(30);
  });

  it('that were too few are made up for', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ models });
    const first = ask('first');
    await settled();
    upstreams[0]!.finish({ inputTokens: 1000, outputTokens: 45_500 });
    await first.read();
    ask('next');
    await pass(15_000, 100);
    expect(asked()).toEqual(['first']);
    await pass(15_500, 100);
    expect(asked()).toEqual(['first', 'next']);
  });

  it('are given back where the provider refused', async () => {
    const { ask, asked, upstreams } = setUpLimits({ models });
    for (let n = 0; n < 50; n++) {
      ask(String(n));
      await settled();
      upstreams[n]!.refuse(new Error('bad request'));
      await settled();
    }
    expect(asked()).toHaveLength(50);
  });

  it('keep to what a request allows itself', async () => {
    const { ask, asked, pass } = setUpLimits({ models });
    for (let n = 0; n < 100; n++) ask(String(n), { maxOutputTokens: 30 });
    await pass(50);
    expect(asked().length).toBeGreaterThan(90);
  });
});

describe('a provider that says "too many"', () => {
  it('is left alone by everybody for as long as it says, and then asked by whom it refused first', async () => {
    const { ask, asked, events, upstreams, pass } = setUpLimits({
      models: { test: { requestsPerMinute: 600 } },
    });
    const first = ask('first');
    await settled();
    upstreams[0]!.refuse(refusalOf(429, { 'retry-after': '5' }));
    await settled();
    ask('second');
    await pass(4900);
    expect(asked()).toEqual(['first']);
    await pass(500);
    expect(asked()).toEqual(['first', 'first', 'second']);
    upstreams[1]!.finish();
    await first.read();
    expect(events.slice(0, 1)).toEqual([
      { kind: 'throttled', limit: 'test', agent: 'support', model: 'test/model', waitMs: 5000 },
    ]);
    expect(first.facts.queuedMs).toBeGreaterThanOrEqual(5000);
  });

  it('is left alone where no limit is set for it, too', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits();
    ask('first');
    await settled();
    upstreams[0]!.refuse(refusalOf(429, { 'retry-after': '5' }));
    await settled();
    ask('second');
    await pass(4900);
    expect(asked()).toEqual(['first']);
    await pass(200);
    expect(asked()).toEqual(['first', 'first', 'second']);
  });

  it('is asked again ever more seldom where it tells no time, until maxWait is over: then its own error is told', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ settings: { maxWait: 10_000 } });
    const call = ask('a');
    const errors: Error[] = [];
    for (let n = 0; n < 120 && (await call.ended()) === 'waiting'; n++) {
      const latest = upstreams.at(-1);
      if (latest && errors.length < upstreams.length) {
        errors.push(refusalOf(429));
        latest.refuse(errors.at(-1));
      }
      await pass(100);
    }
    expect(asked()).toHaveLength(4);
    expect(upstreams.map(({ at }) => Math.round(at / 1000))).toEqual([0, 1, 3, 7]);
    expect(await call.ended()).toBe(errors.at(-1));
  });

  it('fails with its own error at once where it says a longer time than is left', async () => {
    const { ask, upstreams, asked } = setUpLimits({ settings: { maxWait: 10_000 } });
    const call = ask('a');
    await settled();
    const error = refusalOf(429, { 'retry-after': '11' });
    upstreams[0]!.refuse(error);
    expect(await call.ended()).toBe(error);
    expect(asked()).toHaveLength(1);
  });

  it('is never asked again for a stream that has begun, nor for another error', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits();
    const [stream, other] = [ask('stream'), ask('other')];
    await settled();
    upstreams[0]!.answer({ type: 'text-delta', id: '0', delta: 'x' });
    upstreams[0]!.parts.fail(refusalOf(429, { 'retry-after': '1' }));
    await expect(stream.read()).rejects.toThrow('status 429');
    upstreams[1]!.refuse(refusalOf(500, { 'retry-after': '1' }));
    expect(await other.ended()).toMatchObject({ message: 'status 500' });
    await pass(2000);
    expect(asked()).toHaveLength(2);
  });

  it('lets who waits for it abort, with the reason', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits();
    const abort = new AbortController();
    const call = ask('a', { signal: abort.signal });
    await settled();
    upstreams[0]!.refuse(refusalOf(429, { 'retry-after': '5' }));
    await pass(1000);
    abort.abort(new Error('enough'));
    expect(await call.ended()).toMatchObject({ message: 'enough' });
    await pass(6000);
    expect(asked()).toHaveLength(1);
  });

  it('holds the slot of the call that waits for it', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ settings: { concurrency: 1 } });
    ask('a');
    ask('b');
    await settled();
    upstreams[0]!.refuse(refusalOf(429, { 'retry-after': '1' }));
    await pass(1100);
    expect(asked()).toEqual(['a', 'a']);
  });
});

describe('a store', () => {
  it('is what processes keep a rate together by', async () => {
    const one = setUpLimits();
    const shared = memoryRates(one.clock);
    const processes = [1, 2, 3].map(() => setUpLimits({ models: SLOW, clock: one.clock, deps: { shared } }));
    for (const { ask } of processes) for (let n = 0; n < 4; n++) ask(String(n));
    await one.pass(6 * INTERVAL_MS + 50);
    const times = processes
      .flatMap(({ upstreams }) => upstreams.map(({ at }) => at))
      .toSorted((a, b) => a - b);
    expect(times).toHaveLength(7);
  });

  it('lets a large call have its turn, however many small ones other processes send', async () => {
    const base = setUpLimits();
    const shared = memoryRates(base.clock);
    const models = { test: { tokensPerMinute: 60_000 } };
    const [large, small] = [1, 2].map(() => setUpLimits({ models, clock: base.clock, deps: { shared } }));
    for (let n = 0; n < 400; n++) small!.ask(String(n), { maxOutputTokens: 100 });
    await base.pass(3000, 50);
    large!.ask('x'.repeat(20_000));
    await base.pass(10_000, 50);
    expect(large!.asked()).toHaveLength(1);
    expect(small!.asked().length).toBeLessThan(200);
  });

  it('that is away neither blocks calls nor lifts the limit, and holds again when it is back', async () => {
    let isAway = false;
    const base = setUpLimits();
    const place = memoryRates(base.clock);
    const orAway = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isAway) throw new Error('away');
      return work();
    };
    const shared = {
      take: (...args: Parameters<typeof place.take>) => orAway(() => place.take(...args)),
      correct: (...args: Parameters<typeof place.correct>) => orAway(() => place.correct(...args)),
      pause: (...args: Parameters<typeof place.pause>) => orAway(() => place.pause(...args)),
    };
    const { ask, asked, pass, faults } = setUpLimits({ models: SLOW, clock: base.clock, deps: { shared } });
    for (let n = 0; n < 20; n++) ask(String(n));
    await pass(3 * INTERVAL_MS + 50);
    expect(asked()).toHaveLength(4);
    isAway = true;
    await pass(4 * INTERVAL_MS);
    expect(asked()).toHaveLength(8);
    isAway = false;
    await pass(4 * INTERVAL_MS);
    expect(asked().length).toBeGreaterThanOrEqual(11);
    expect(asked().length).toBeLessThanOrEqual(13);
    expect(faults).toEqual([]);
  });
});

describe('limits that are closed', () => {
  it('let everybody go on who waits, and later calls pass', async () => {
    const { ask, asked, limits, clock } = setUpLimits({ models: SLOW, settings: { concurrency: 3 } });
    for (let n = 0; n < 10; n++) ask(String(n));
    await settled();
    expect(asked()).toHaveLength(1);
    limits.close();
    await settled();
    expect(asked()).toHaveLength(10);
    ask('later');
    await settled();
    expect(asked()).toHaveLength(11);
    expect(clock.timers()).toBe(0);
  });
});

describe('what goes wrong in the limits themselves', () => {
  const broken = () => {
    throw new TypeError('ours');
  };

  it.each([
    ['settings', { settingsOf: broken }],
    ['rates', { own: { take: broken, correct: broken, pause: broken } }],
    [
      'the store and the rates',
      {
        shared: { take: broken, correct: broken, pause: broken },
        own: { take: broken, correct: broken, pause: broken },
      },
    ],
    ['the clock', { clock: { now: broken, monotonic: broken, after: broken, settled: broken } }],
  ] as const)('is told, and does not fail a call: %s', async (_, deps) => {
    const { ask, asked, upstreams, faults } = setUpLimits({
      models: SLOW,
      settings: { concurrency: 1 },
      deps,
    });
    for (const text of ['a', 'b']) {
      const call = ask(text);
      await settled();
      upstreams.at(-1)!.finish();
      expect(await call.read()).toHaveLength(7);
    }
    expect(asked()).toEqual(['a', 'b']);
    expect(faults.length).toBeGreaterThan(0);
  });

  it('that what is told throws does not fail a call', async () => {
    const { ask, asked, upstreams, pass } = setUpLimits({ models: SLOW, deps: { tell: broken } });
    const calls = [ask('a'), ask('b')];
    await pass(1200);
    expect(asked()).toEqual(['a', 'b']);
    for (const one of upstreams) one.finish();
    for (const call of calls) expect(await call.read()).toHaveLength(7);
  });
});

it('adds nothing to a call whose limits are off', async () => {
  const { limits } = setUpLimits({ settings: false });
  const model = testModel(() => replyOf(answerOf('yes')));
  const call = callOf(model);
  const given: unknown[] = [];
  await limits.middleware.run(call, async (changed) => {
    given.push(changed);
    return replyOf([]);
  });
  expect(given).toEqual([undefined]);
});
