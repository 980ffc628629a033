import { describe, expect, it, vi } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createEvents } from '../events.ts';
import type { ModelRequest, Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { answerOf, callOf, handDriven, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import { memoryTier } from './memory-tier.ts';
import type { CacheSettings } from './options.ts';
import { responseCache } from './response-cache.ts';

function setUp(
  respond: (request: ModelRequest) => Reply | Promise<Reply>,
  settings: CacheSettings = {},
  maxBytes = 1e6,
) {
  const clock = testClock();
  const events = createEvents();
  const reasons: string[] = [];
  events.on('notStored', ({ reason }) => reasons.push(reason));
  const fault = vi.fn();
  const tier = memoryTier({ maxBytes, maxEntries: 100 }, clock);
  const cache = responseCache({ tier, clock, events, fault, settingsOf: () => settings });
  const model = testModel(({ request }) => respond(request));
  const run = compose([cache.lookup, cache.fill], fault);
  const ask = (request?: Partial<ModelRequest>, tags?: string[]) =>
    run(callOf(model, { request: request ?? {}, overrides: tags ? { tags } : {} }));
  return { tier, model, fault, reasons, ask };
}

const call = { type: 'tool-call', toolCallId: 'c', toolName: 'clock', input: '{}' };
const done = (finishReason: string): StreamPart => ({ type: 'finish', finishReason, usage: {} });

describe('never stored', () => {
  it('is a call that the model refused', async () => {
    const error = new Error('429');
    const { ask, model, tier, fault } = setUp(() => Promise.reject(error));
    await expect(ask()).rejects.toBe(error);
    await expect(ask()).rejects.toBe(error);
    expect(model.asked).toHaveLength(2);
    expect(tier.stats().entries).toBe(0);
    expect(fault).not.toHaveBeenCalled();
  });

  it.each<[what: string, reason: string | undefined, parts: StreamPart[]]>([
    [
      'an answer with an error in it',
      undefined,
      [...answerOf('hello').slice(0, -1), { type: 'error', error: 'overloaded' }, done('error')],
    ],
    ['an answer without an end', 'incomplete', answerOf('hello').slice(0, -1)],
    ['a filtered answer', 'finish:content-filter', answerOf('hello', { finishReason: 'content-filter' })],
    ['a truncated answer', 'finish:length', answerOf('hello', { finishReason: 'length' })],
    ['an empty answer', 'empty', answerOf('')],
    [
      'a request for approval',
      'approval',
      [call, { type: 'tool-approval-request', approvalId: 'x', toolCallId: 'c' }, done('tool-calls')],
    ],
  ])('is %s', async (_what, reason, parts) => {
    const { ask, model, tier, reasons, fault } = setUp(() => replyOf(parts));
    await textFrom(ask()).catch(() => undefined);
    await textFrom(ask()).catch(() => undefined);
    expect(model.asked).toHaveLength(2);
    expect(tier.stats().entries).toBe(0);
    expect(reasons).toEqual(reason === undefined ? [] : [reason, reason]);
    expect(fault).not.toHaveBeenCalled();
  });

  it('is an answer that breaks off', async () => {
    const sources = [handDriven(), handDriven()];
    const { ask, tier } = setUp(() => ({ head: {}, parts: sources.shift()! }));
    const error = new Error('connection lost');
    sources[0]!.push(...answerOf('hello').slice(0, 4));
    sources[0]!.fail(error);
    await expect(textFrom(ask())).rejects.toBe(error);
    expect(tier.stats().entries).toBe(0);
  });

  it.each([
    ['before its last part', 1, 0],
    ['after its last part: that is all of it', 0, 1],
  ])('is an answer that its reader gave up %s', async (_when, left, entries) => {
    const source = handDriven();
    const { ask, tier, reasons } = setUp(() => ({ head: {}, parts: source }));
    source.push(...answerOf('hello'));
    const reply = await ask();
    for (const _part of answerOf('hello').slice(left)) await reply.parts.read();
    await reply.parts.cancel('enough');
    expect(source.cancels).toEqual(['enough']);
    expect(tier.stats().entries).toBe(entries);
    expect(reasons).toEqual([]); // only complete answers are told of
  });

  it('is broken JSON where JSON was asked for', async () => {
    const { ask, tier, reasons } = setUp(() => replyOf(answerOf('{"a":')));
    await textFrom(ask({ responseFormat: { type: 'json' } }));
    expect(reasons).toEqual(['invalid-json']);
    await textFrom(ask());
    expect(tier.stats().entries).toBe(1);
  });

  it('is an answer that is too large, and that is told', async () => {
    const { ask, tier, reasons } = setUp(() => replyOf(answerOf('x'.repeat(1000))), {}, 2000);
    expect(await textFrom(ask())).toHaveLength(1000);
    expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0 });
    expect(reasons).toEqual(['too-large']);
  });

  it('is an answer with a part that cannot be copied: it is given, and the fault is told once', async () => {
    class Stamp {}
    const odd = { type: 'source', id: 's', stamp: new Stamp() };
    const parts = answerOf('hello');
    const { ask, tier, fault, model, reasons } = setUp(() =>
      replyOf([...parts.slice(0, 4), odd, odd, ...parts.slice(4)]),
    );
    expect(await textFrom(ask())).toBe('hello');
    expect(fault.mock.calls).toEqual([['cache.fill', expect.any(TypeError)]]);
    expect(reasons).toEqual([]);
    expect(await textFrom(ask())).toBe('hello');
    expect(model.asked).toHaveLength(2);
    expect(tier.stats().entries).toBe(0);
  });

  it('is nothing else: truncated answers are, where that is wanted', async () => {
    const { ask, model } = setUp(() => replyOf(answerOf('hel', { finishReason: 'length' })), {
      storeTruncated: true,
    });
    await textFrom(ask());
    expect(await textFrom(ask())).toBe('hel');
    expect(model.asked).toHaveLength(1);
  });
});

describe('an invalidation', () => {
  it('takes stored answers away by tag, agent and key', async () => {
    const { ask, model, tier } = setUp(() => replyOf(answerOf('hello')));
    const again = async (selector: Parameters<typeof tier.invalidate>[0]) => {
      const before = model.asked.length;
      const count = tier.invalidate(selector);
      await textFrom(ask({}, ['kb:42']));
      return [count, model.asked.length - before];
    };
    await textFrom(ask({}, ['kb:42']));
    expect(await again({ tags: ['kb:43'] })).toEqual([0, 0]);
    expect(await again({ tags: ['kb:43', 'kb:42'] })).toEqual([1, 1]);
    expect(await again({ agent: 'legal' })).toEqual([0, 0]);
    expect(await again({ agent: 'support' })).toEqual([1, 1]);
    expect(await again({ key: callOf(model).key() })).toEqual([1, 1]);
  });

  it('also counts for an answer that is under way: it may be outdated', async () => {
    for (const invalidate of ['invalidate', 'clear'] as const) {
      const source = handDriven();
      const { ask, tier, reasons } = setUp(() => ({ head: {}, parts: source }));
      const reply = ask();
      source.push(...answerOf('old'));
      if (invalidate === 'clear') tier.clear();
      else tier.invalidate({ tags: ['any'] });
      source.end();
      expect(await textFrom(reply)).toBe('old');
      expect(tier.stats().entries).toBe(0);
      expect(reasons).toEqual(['invalidated']);
    }
  });
});
