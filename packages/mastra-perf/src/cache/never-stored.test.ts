import { describe, expect, it, vi } from 'vitest';
import type { ModelRequest, Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { answerOf, callOf, handDriven, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import type { CacheSettings } from './options.ts';
import { testCache } from './test-cache.ts';

function setUp(
  respond: (request: ModelRequest) => Reply | Promise<Reply>,
  settings: CacheSettings = {},
  maxBytes = 1e6,
) {
  const fault = vi.fn();
  const { cache, events } = testCache({ fault, settings, bounds: { maxBytes } });
  const reasons: string[] = [];
  events.on('notStored', ({ reason }) => reasons.push(reason));
  const model = testModel(({ request }) => respond(request));
  const run = compose([cache.lookup, cache.fill], fault);
  const ask = (request?: Partial<ModelRequest>, tags?: string[]) =>
    run(callOf(model, { request: request ?? {}, overrides: tags ? { tags } : {} }));
  return { cache, model, fault, reasons, ask };
}

const call = { type: 'tool-call', toolCallId: 'c', toolName: 'clock', input: '{}' };
const done = (finishReason: string): StreamPart => ({ type: 'finish', finishReason, usage: {} });

describe('never stored', () => {
  it('is a call that the model refused', async () => {
    const error = new Error('429');
    const { ask, model, cache, fault } = setUp(() => Promise.reject(error));
    await expect(ask()).rejects.toBe(error);
    await expect(ask()).rejects.toBe(error);
    expect(model.asked).toHaveLength(2);
    expect(cache.stats().entries).toBe(0);
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
    const { ask, model, cache, reasons, fault } = setUp(() => replyOf(parts));
    await textFrom(ask()).catch(() => undefined);
    await textFrom(ask()).catch(() => undefined);
    expect(model.asked).toHaveLength(2);
    expect(cache.stats().entries).toBe(0);
    expect(reasons).toEqual(reason === undefined ? [] : [reason, reason]);
    expect(fault).not.toHaveBeenCalled();
  });

  it('is an answer that breaks off', async () => {
    const sources = [handDriven(), handDriven()];
    const { ask, cache } = setUp(() => ({ head: {}, parts: sources.shift()! }));
    const error = new Error('connection lost');
    sources[0]!.push(...answerOf('hello').slice(0, 4));
    sources[0]!.fail(error);
    await expect(textFrom(ask())).rejects.toBe(error);
    expect(cache.stats().entries).toBe(0);
  });

  it.each([
    ['before its last part', 1, 0],
    ['after its last part: that is all of it', 0, 1],
  ])('is an answer that its reader gave up %s', async (_when, left, entries) => {
    const source = handDriven();
    const { ask, cache, reasons } = setUp(() => ({ head: {}, parts: source }));
    source.push(...answerOf('hello'));
    const reply = await ask();
    for (const _part of answerOf('hello').slice(left)) await reply.parts.read();
    await reply.parts.cancel('enough');
    expect(source.cancels).toEqual(['enough']);
    expect(cache.stats().entries).toBe(entries);
    expect(reasons).toEqual([]); // only complete answers are told of
  });

  it('is broken JSON where JSON was asked for', async () => {
    const { ask, cache, reasons } = setUp(() => replyOf(answerOf('{"a":')));
    await textFrom(ask({ responseFormat: { type: 'json' } }));
    expect(reasons).toEqual(['invalid-json']);
    await textFrom(ask());
    expect(cache.stats().entries).toBe(1);
  });

  it('is an answer that is too large, and that is told', async () => {
    const { ask, cache, reasons } = setUp(() => replyOf(answerOf('x'.repeat(1000))), {}, 1500);
    expect(await textFrom(ask())).toHaveLength(1000);
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
    expect(reasons).toEqual(['too-large']);
  });

  it('is an answer with a part that cannot be copied: it is given, and the fault is told once', async () => {
    class Stamp {}
    const odd = { type: 'source', id: 's', stamp: new Stamp() };
    const parts = answerOf('hello');
    const { ask, cache, fault, model, reasons } = setUp(() =>
      replyOf([...parts.slice(0, 4), odd, odd, ...parts.slice(4)]),
    );
    expect(await textFrom(ask())).toBe('hello');
    expect(fault.mock.calls).toEqual([['cache.fill', expect.any(TypeError)]]);
    expect(reasons).toEqual([]);
    expect(await textFrom(ask())).toBe('hello');
    expect(model.asked).toHaveLength(2);
    expect(cache.stats().entries).toBe(0);
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
    const { ask, model, cache } = setUp(() => replyOf(answerOf('hello')));
    const again = async (selector: Parameters<typeof cache.invalidate>[0]) => {
      const before = model.asked.length;
      await cache.invalidate(selector);
      await textFrom(ask({}, ['kb:42']));
      return model.asked.length - before;
    };
    await textFrom(ask({}, ['kb:42']));
    expect(await again({ tags: ['kb:43'] })).toBe(0);
    expect(await again({ tags: ['kb:43', 'kb:42'] })).toBe(1);
    expect(await again({ agent: 'legal' })).toBe(0);
    expect(await again({ agent: 'support' })).toBe(1);
    expect(await again({ key: callOf(model).key() })).toBe(1);
  });

  it.each(['invalidate', 'clear'] as const)(
    'also counts for an answer that is under way: %s',
    async (how) => {
      const source = handDriven();
      const { ask, cache, reasons } = setUp(() => ({ head: {}, parts: source }));
      const reply = ask({}, ['kb:42']);
      source.push(...answerOf('old'));
      if (how === 'clear') await cache.clear();
      else await cache.invalidate({ tags: ['kb:42'] });
      source.end();
      expect(await textFrom(reply)).toBe('old');
      expect(cache.stats().entries).toBe(0);
      expect(reasons).toEqual(['invalidated']);
    },
  );

  it('of something else does not count', async () => {
    const source = handDriven();
    const { ask, cache } = setUp(() => ({ head: {}, parts: source }));
    const reply = ask({}, ['kb:42']);
    await cache.invalidate({ tags: ['kb:43'] });
    source.push(...answerOf('good'));
    source.end();
    await textFrom(reply);
    expect(cache.stats().entries).toBe(1);
  });
});
