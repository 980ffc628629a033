import { describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { piece, upstreamModel } from '../coalesce/test-upstreams.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import { testCache } from './test-cache.ts';

/** The cache around single-flight, as perf.ts puts them together. */
function setUp() {
  const fault = vi.fn();
  const { cache, clock, events } = testCache({ fault });
  const stored = vi.fn();
  events.on('stored', stored);
  const model = upstreamModel();
  const run = compose(
    [cache.lookup, coalesce({ ...cache, clock, settingsOf: () => ({}) }), cache.fill],
    fault,
  );
  const ask = (settings?: CallSettings) => {
    const call = callOf(model, settings);
    const text = textFrom(run(call));
    text.catch(() => undefined);
    return { call, text };
  };
  return { ...model, cache, stored, fault, ask };
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

  it('is outdated for everybody who asked with a tag, once that is invalidated', async () => {
    const { ask, asked, upstreams, cache } = setUp();
    const tagged = (tag: string) => ask({ overrides: { tags: [tag] } });
    const calls = [tagged('a'), ask(), tagged('b')];
    await settled();
    upstreams[0]!.finish(...answerOf('hello'));
    for (const { text } of calls) await text;
    await cache.invalidate({ tags: ['b'] });
    expect(await tagged('a').text).toBe('hello');
    const again = tagged('b');
    await settled();
    upstreams[1]!.finish(...answerOf('again'));
    expect(await again.text).toBe('again');
    await cache.invalidate({ tags: ['b'] });
    const third = ask(); // what stands there now was asked for with that tag
    await settled();
    upstreams[2]!.finish(...answerOf('third'));
    expect(await third.text).toBe('third');
    expect(asked).toHaveLength(3);
  });

  it('is not for those who ask after an invalidation, while it is under way', async () => {
    const { ask, asked, upstreams, cache } = setUp();
    const before = ask();
    await settled();
    await cache.invalidate({ agent: 'support' });
    const after = ask();
    await settled();
    upstreams[0]!.finish(...answerOf('old'));
    upstreams[1]!.finish(...answerOf('new'));
    expect([await before.text, await after.text, await ask().text]).toEqual(['old', 'new', 'new']);
    expect(asked).toHaveLength(2);
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
    const { ask, upstreams, cache } = setUp();
    const controller = new AbortController();
    const only = ask({ request: { abortSignal: controller.signal } });
    await settled();
    upstreams[0]!.answer(piece('hel'));
    await settled();
    controller.abort(new Error('enough'));
    await expect(only.text).rejects.toThrow('enough');
    await settled();
    expect(cache.stats().entries).toBe(0);
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
