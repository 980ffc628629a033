import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import type { Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, textFrom, textOf, type CallSettings } from '../pipeline/test-calls.ts';
import { coalesce } from './coalesce.ts';
import { always, piece, upstreamModel, type UpstreamOptions } from './test-upstreams.ts';

const call = { type: 'tool-call', toolCallId: 'toolu_01AbCdEfGh', toolName: 'clock', input: '{}' };

function setUp({ on = true, ...options }: UpstreamOptions & { on?: boolean } = {}) {
  const clock = testClock();
  const fault = vi.fn();
  const model = upstreamModel(options);
  const run = compose([coalesce({ ...always, clock, settingsOf: () => (on ? {} : false) })], fault);
  const join = (settings?: CallSettings) => {
    const begun = callOf(model, settings);
    const reply = run(begun);
    reply.catch(() => undefined); // some are given up on purpose
    return { call: begun, reply };
  };
  /** Ends the turn of the event loop that generate calls wait for. */
  const endTurn = async () => {
    clock.endTurn();
    await settled();
  };
  return { ...model, clock, fault, join, endTurn };
}

const stream: CallSettings = { method: 'stream' };
const generate: CallSettings = { method: 'generate' };
const times = (count: number, make: () => ReturnType<ReturnType<typeof setUp>['join']>) =>
  Array.from({ length: count }, make);
const texts = (calls: ReadonlyArray<{ reply: Promise<Reply> }>) =>
  Promise.all(calls.map(({ reply }) => textFrom(reply)));

describe('equal calls', () => {
  it.each<[string, CallSettings, CallSettings, 'generate' | 'stream']>([
    ['100 generate calls', generate, generate, 'generate'],
    ['100 stream calls', stream, stream, 'stream'],
    ['50 generate calls, then 50 stream calls', generate, stream, 'stream'],
    ['50 stream calls, then 50 generate calls', stream, generate, 'stream'],
  ])('are one model call: %s', async (_what, first, second, method) => {
    const { join, endTurn, upstreams, asked, fault } = setUp();
    const calls = [...times(50, () => join(first)), ...times(50, () => join(second))];
    await endTurn();
    expect(asked.map((one) => one.method)).toEqual([method]);
    upstreams[0]!.finish(...answerOf('hello'));
    expect(await texts(calls)).toEqual(Array.from({ length: 100 }, () => 'hello'));
    const outcomes = calls.map((one) => one.call.facts.outcome.name);
    expect(outcomes.filter((name) => name === 'miss')).toHaveLength(1);
    expect(outcomes.filter((name) => name === 'shared')).toHaveLength(99);
    expect(asked).toHaveLength(1);
    expect(fault).not.toHaveBeenCalled();
  });

  it('are each streamed live', async () => {
    const { join, endTurn, upstreams } = setUp();
    const calls = [join(generate), join(stream), join(generate), join(stream)];
    await endTurn();
    upstreams[0]!.answer(piece('first'));
    for (const one of [calls[1]!, calls[3]!]) {
      expect(await (await one.reply).parts.read()).toMatchObject({ value: { delta: 'first' } });
    }
    upstreams[0]!.finish(piece(' second'));
    expect(await texts([calls[0]!, calls[2]!])).toEqual(['first second', 'first second']);
    expect(await texts([calls[1]!, calls[3]!])).toEqual([' second', ' second']);
  });

  it('that come late get everything from the first part on', async () => {
    const { join, endTurn, upstreams, asked, clock } = setUp();
    const leader = join(stream);
    upstreams[0]!.answer(piece('first'));
    await settled();
    clock.advance(300);
    const late = [join(stream), join(generate)];
    await endTurn();
    upstreams[0]!.finish(piece(' second'));
    expect(await texts([leader, ...late])).toEqual(['first second', 'first second', 'first second']);
    expect(asked).toHaveLength(1);
    expect(late[0]!.call.facts.outcome).toEqual({ name: 'shared', savedMs: 300 });
  });

  it('that come after the end are calls of their own', async () => {
    const { join, upstreams, asked } = setUp();
    const first = join(stream);
    upstreams[0]!.finish(...answerOf('one'));
    expect(await textFrom(first.reply)).toBe('one');
    const second = join(stream);
    upstreams[1]!.finish(...answerOf('two'));
    expect(await textFrom(second.reply)).toBe('two');
    expect(asked).toHaveLength(2);
    expect(second.call.facts.outcome).toEqual({ name: 'miss' });
  });

  it('get ids of their own, the same ones throughout an answer', async () => {
    const { join, upstreams } = setUp();
    const calls = times(3, () => join(stream));
    upstreams[0]!.finish(...answerOf('x').slice(0, 2), call, {
      type: 'tool-result',
      toolCallId: call.toolCallId,
      result: 'noon',
    });
    const [leader, ...followers] = await Promise.all(calls.map(async ({ reply }) => readAll(await reply)));
    expect(leader!.map(({ id, toolCallId }) => id ?? toolCallId)).toEqual([
      undefined,
      'resp_1',
      call.toolCallId,
      call.toolCallId,
    ]);
    for (const parts of followers) {
      expect(parts[1]!.id).not.toBe('resp_1');
      expect(parts[2]!.toolCallId).toMatch(/^toolu_\d{2}[A-Za-z]{8}$/);
      expect(parts[2]!.toolCallId).not.toBe(call.toolCallId);
      expect(parts[3]!.toolCallId).toBe(parts[2]!.toolCallId);
    }
    expect(followers[0]![2]!.toolCallId).not.toBe(followers[1]![2]!.toolCallId);
  });

  it('do not give the signal of one of them to the model', async () => {
    const { join, upstreams } = setUp();
    const { signal } = new AbortController();
    join({ request: { abortSignal: signal } });
    expect(upstreams[0]!.signal).not.toBe(signal);
    expect(upstreams[0]!.signal.aborted).toBe(false);
  });

  it('share a failure in the middle of the answer, and nobody tries again', async () => {
    const { join, upstreams, asked } = setUp();
    const calls = times(3, () => join(stream));
    const error = new Error('connection lost');
    upstreams[0]!.answer(piece('half'));
    upstreams[0]!.parts.fail(error);
    for (const { reply } of calls) {
      const { parts } = await reply;
      expect(await parts.read()).toMatchObject({ value: { delta: 'half' } });
      await expect(parts.read()).rejects.toBe(error);
    }
    expect(asked).toHaveLength(1);
  });
});

describe('calls that are not shared', () => {
  it.each<[string, CallSettings, CallSettings]>([
    ['another question', stream, { request: { temperature: 1 } }],
    ['another agent', stream, { caller: { agent: 'legal' } }],
    ['another scope', stream, { caller: { scope: ['resource', 'u2'] } }],
    ['a bypass', stream, { overrides: { cache: 'bypass' } }],
    ['a bypass that was there first', { overrides: { cache: 'bypass' } }, stream],
    ['two bypasses', { overrides: { cache: 'bypass' } }, { overrides: { cache: 'bypass' } }],
    [
      'a refresh: what it would join was begun before it was asked for',
      stream,
      { overrides: { cache: 'refresh' } },
    ],
  ])('%s', async (_what, first, second) => {
    const { join, upstreams, asked } = setUp();
    const calls = [join(first), join(second)];
    expect(asked).toHaveLength(2);
    upstreams[0]!.finish(...answerOf('one'));
    upstreams[1]!.finish(...answerOf('two'));
    expect(await texts(calls)).toEqual(['one', 'two']);
    expect(calls.map((one) => one.call.facts.outcome.name)).not.toContain('shared');
  });

  it('of an agent that has it turned off', async () => {
    const { join, asked } = setUp({ on: false });
    times(3, () => join(stream));
    times(2, () => join(generate));
    expect(asked.map(({ method }) => method)).toEqual(['stream', 'stream', 'stream', 'generate', 'generate']);
  });

  it('are the exception: refreshes share with one another', async () => {
    const { join, upstreams, asked } = setUp();
    const calls = times(3, () => join({ overrides: { cache: 'refresh' } }));
    upstreams[0]!.finish(...answerOf('fresh'));
    expect(await texts(calls)).toEqual(['fresh', 'fresh', 'fresh']);
    expect(asked).toHaveLength(1);
  });
});

describe('a generate call', () => {
  it('waits one turn for a stream, and no longer', async () => {
    const { join, asked, endTurn, clock } = setUp();
    join(generate);
    await settled();
    expect(asked).toEqual([]);
    await endTurn();
    expect(asked.map(({ method }) => method)).toEqual(['generate']);
    join(generate);
    expect(clock.waiting()).toBe(0); // the model is asked already: there is nothing to wait for
  });

  it('gets the answer of a generate call also as a stream', async () => {
    const { join, upstreams, endTurn } = setUp();
    const first = join(generate);
    await endTurn();
    const second = join(stream);
    upstreams[0]!.finish(...answerOf('hello'));
    const parts = await readAll(await second.reply);
    expect(textOf(parts)).toBe('hello');
    expect(await textFrom(first.reply)).toBe('hello');
  });
});
