import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { upstreamModel } from '../coalesce/test-upstreams.ts';
import { answerOf } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { pairOn, tagged, type PairOptions } from './test-pair.ts';
import { using, type TestProcessOptions } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp(options?: PairOptions) {
  const clock = testClock();
  const chaos = chaosStore(memoryStoreOn(clock));
  return { clock, chaos, ...(await pairOn(chaos, clock, options)) };
}
/** The same with models that are answered by hand. */
async function withUpstreams(options: PairOptions = {}) {
  const { invoke, upstreams } = upstreamModel();
  const respond: TestProcessOptions['respond'] = ({ request, method }) => invoke(request, method);
  return { ...(await setUp({ ...options, respond })), upstreams };
}

describe('a call with tags that the answer does not have', () => {
  const x = using({ tags: ['x'] });

  it('is not given one from before they were invalidated, from nowhere', async () => {
    const { a, b } = await setUp();
    await a.ask();
    await a.background.idle();
    await b.ask();
    await a.cache.invalidate({ tags: ['x'] });
    expect([await a.asks(), await b.asks()]).toEqual([
      ['A 0', 'hit l1'],
      ['A 0', 'hit l1'],
    ]);
    expect(await b.asks(x)).toEqual(['B 0', 'miss']);
    await b.background.idle();
    expect((await a.asks(x))[0]).toBe('B 0');
  });

  it('is not given a copy that came to memory after they were invalidated', async () => {
    const { a, b } = await setUp();
    await a.ask();
    await a.background.idle();
    await a.cache.invalidate({ tags: ['x'] });
    expect(await b.asks()).toEqual(['A 0', 'hit l2']); // right for who does not have the tag
    expect(await b.asks(x)).toEqual(['B 0', 'miss']);
  });

  it('is given a copy when the store says that it may', async () => {
    const { a, b } = await setUp();
    await a.ask();
    await a.background.idle();
    await b.ask();
    expect(await b.asks(x)).toEqual(['A 0', 'hit l2']);
  });
});

describe('calls with other tags', () => {
  const respondable = (apartByTags: boolean) => {
    const clock = testClock();
    return withUpstreams({
      between: ({ cache }) => [coalesce({ ...cache, clock, settingsOf: () => ({}), apartByTags })],
    });
  };

  it('do not share an answer under way that carries an invalidated tag', async () => {
    const { a, upstreams } = await respondable(false);
    const before = a.ask(tagged);
    await settled();
    await a.cache.invalidate({ tags: ['kb:42'] });
    const after = a.ask();
    await settled();
    upstreams[0]!.finish(...answerOf('old'));
    upstreams[1]!.finish(...answerOf('new'));
    expect([await before, await after]).toEqual(['old', 'new']);
  });

  it('share one otherwise', async () => {
    const { a, upstreams } = await respondable(false);
    const calls = [a.ask(tagged), a.ask(), a.ask(using({ tags: ['x'] }))];
    await settled();
    upstreams[0]!.finish(...answerOf('one'));
    expect(await Promise.all(calls)).toEqual(['one', 'one', 'one']);
  });

  it('are apart where an answer may come from another process', async () => {
    const { a, upstreams } = await respondable(true);
    const calls = [a.ask(tagged), a.ask(), a.ask(tagged), a.ask()];
    await settled();
    expect(upstreams).toHaveLength(2);
    upstreams[0]!.finish(...answerOf('tagged'));
    upstreams[1]!.finish(...answerOf('plain'));
    expect(await Promise.all(calls)).toEqual(['tagged', 'plain', 'tagged', 'plain']);
  });
});
