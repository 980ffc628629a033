import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { piece, upstreamModel } from '../coalesce/test-upstreams.ts';
import { createEvents } from '../events.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import { memoryTier } from './memory-tier.ts';
import { responseCache } from './response-cache.ts';

/** The cache around single-flight, as perf.ts puts them together. */
function setUp() {
  const clock = testClock();
  const events = createEvents();
  const stored = vi.fn();
  events.on('stored', stored);
  const fault = vi.fn();
  const tier = memoryTier({ maxBytes: 1e6, maxEntries: 100 }, clock);
  const cache = responseCache({ tier, clock, events, fault, settingsOf: () => ({}) });
  const model = upstreamModel();
  const run = compose([cache.lookup, coalesce({ clock, settingsOf: () => ({}) }), cache.fill], fault);
  const ask = (settings?: CallSettings) => {
    const call = callOf(model, settings);
    const text = textFrom(run(call));
    text.catch(() => undefined);
    return { call, text };
  };
  return { ...model, tier, stored, fault, ask };
}

describe('an answer that many share', () => {
  it('is stored once, and then hit', async () => {
    const { ask, asked, upstreams, stored, fault } = setUp();
    const calls = Array.from({ length: 20 }, () => ask());
    await settled();
    upstreams[0]!.finish(...answerOf('hello'));
    for (const { text } of calls) expect(await text).toBe('hello');
    expect(stored).toHaveBeenCalledTimes(1);
    const late = ask({ method: 'generate' });
    expect(await late.text).toBe('hello');
    expect(late.call.facts.outcome.name).toBe('hit');
    expect(asked).toHaveLength(1);
    expect(fault).not.toHaveBeenCalled();
  });

  it('is invalidated by the tags of everybody who shared it', async () => {
    const { ask, upstreams, tier } = setUp();
    const calls = [ask({ overrides: { tags: ['a'] } }), ask(), ask({ overrides: { tags: ['b'] } })];
    await settled();
    upstreams[0]!.finish(...answerOf('hello'));
    for (const { text } of calls) await text;
    await ask({ overrides: { tags: ['c'] } }).text;
    expect(['x', 'c'].map((tag) => tier.invalidate({ tags: [tag] }))).toEqual([0, 1]); // a hit adds its own
    const again = [ask({ overrides: { tags: ['a'] } }), ask({ overrides: { tags: ['b'] } })];
    await settled();
    upstreams[1]!.finish(...answerOf('hello'));
    for (const { text } of again) await text;
    expect(tier.invalidate({ tags: ['b'] })).toBe(1);
  });

  it('has the tags of the refresh that brought it, also when there was one before', async () => {
    const { ask, upstreams, tier } = setUp();
    for (const cache of ['default', 'refresh'] as const) {
      const { text } = ask({ overrides: { cache, tags: [cache] } });
      await settled();
      upstreams.at(-1)!.finish(...answerOf(cache));
      await text;
    }
    expect(['default', 'refresh'].map((tag) => tier.invalidate({ tags: [tag] }))).toEqual([0, 1]);
  });

  it('does not replace an answer that was asked for later', async () => {
    const { ask, upstreams, stored } = setUp();
    const slow = ask();
    await settled();
    const refresh = ask({ overrides: { cache: 'refresh' } });
    await settled();
    upstreams[1]!.finish(...answerOf('new'));
    expect(await refresh.text).toBe('new');
    upstreams[0]!.finish(...answerOf('old'));
    expect(await slow.text).toBe('old');
    expect(stored).toHaveBeenCalledTimes(1);
    expect(await ask().text).toBe('new');
  });

  it('is stored although the one who asked the model has left', async () => {
    const { ask, asked, upstreams, stored } = setUp();
    const controller = new AbortController();
    const leader = ask({ request: { abortSignal: controller.signal } });
    const follower = ask();
    await settled();
    upstreams[0]!.answer(...answerOf('hello').slice(0, 4));
    controller.abort(new Error('enough'));
    await expect(leader.text).rejects.toThrow('enough');
    upstreams[0]!.finish(...answerOf('hello').slice(4));
    expect(await follower.text).toBe('hello');
    expect(stored).toHaveBeenCalledTimes(1);
    expect(await ask().text).toBe('hello');
    expect(asked).toHaveLength(1);
  });

  it('is not stored when everybody has left', async () => {
    const { ask, upstreams, tier } = setUp();
    const controller = new AbortController();
    const only = ask({ request: { abortSignal: controller.signal } });
    await settled();
    upstreams[0]!.answer(piece('hel'));
    await settled();
    controller.abort(new Error('enough'));
    await expect(only.text).rejects.toThrow('enough');
    await settled();
    expect(tier.stats().entries).toBe(0);
  });

  it('replaces an older one when it was asked for anew', async () => {
    const { ask, upstreams, asked } = setUp();
    const first = ask();
    await settled();
    upstreams[0]!.finish(...answerOf('old'));
    await first.text;
    const fresh = ask({ overrides: { cache: 'refresh' } });
    expect(await ask().text).toBe('old'); // meanwhile
    upstreams[1]!.finish(...answerOf('new'));
    expect(await fresh.text).toBe('new');
    expect(await ask().text).toBe('new');
    expect(asked).toHaveLength(2);
  });
});
