import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { upstreamModel } from '../coalesce/test-upstreams.ts';
import { answerOf, callOf } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import type { InvalidateSelector } from './names.ts';
import { pairOn, tagged, type PairOptions } from './test-pair.ts';
import { testProcess, type TestProcessOptions } from './test-process.ts';

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

const key = callOf({ invoke: () => Promise.reject(new Error('not asked')) }).key();
const SELECTORS: Array<[what: string, InvalidateSelector | 'all']> = [
  ['its tag', { tags: ['kb:42'] }],
  ['one of its tags', { tags: ['kb:1', 'kb:42', 'kb:2'] }],
  ['its agent', { agent: 'support' }],
  ['its key', { key }],
  ['everything', 'all'],
];

describe.each(SELECTORS)('an invalidation of %s', (_what, selector) => {
  const invalidate = ({ cache }: { cache: Awaited<ReturnType<typeof setUp>>['a']['cache'] }) =>
    selector === 'all' ? cache.clear() : cache.invalidate(selector);

  it('takes the answer from the memory of all processes and from the store', async () => {
    const { a, b, start } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    await b.ask(tagged);
    await invalidate(a);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
    await b.background.idle();
    expect(await a.asks(tagged)).toEqual(['B 0', 'hit l2']);
    await invalidate(b);
    const c = await start('C');
    expect(await c.asks(tagged)).toEqual(['C 0', 'miss']);
  });

  it('costs two requests, however many answers there are', async () => {
    const { a, since } = await setUp();
    for (let temperature = 0; temperature < 50; temperature++)
      await a.ask({ ...tagged, request: { temperature } });
    await a.background.idle();
    since();
    await invalidate(a);
    expect(since()).toEqual([selector === 'all' ? 'clear' : 'invalidateTags', 'publish']);
  });

  it('counts for an answer that is under way in another process', async () => {
    const { a, b, upstreams } = await withUpstreams();
    const before = b.ask(tagged);
    await settled();
    await invalidate(a);
    upstreams[0]!.finish(...answerOf('old'));
    expect(await before).toBe('old');
    await b.background.idle();
    expect(b.told).toEqual([['notStored', expect.objectContaining({ reason: 'invalidated' })]]);
    const after = [a.ask(tagged), b.ask(tagged)];
    await settled();
    for (const upstream of upstreams.slice(1)) upstream.finish(...answerOf('new'));
    expect(await Promise.all(after)).toEqual(['new', 'new']);
  });

  it('keeps those who come after it from an answer that is under way', async () => {
    const clock = testClock();
    const { a, b, upstreams } = await withUpstreams({
      between: ({ cache }) => [coalesce({ ...cache, clock, settingsOf: () => ({}) })],
    });
    const before = [b.ask(tagged), b.ask(tagged)];
    await settled();
    await invalidate(a);
    const after = [b.ask(tagged), b.ask(tagged)];
    await settled();
    upstreams[0]!.finish(...answerOf('old'));
    upstreams[1]!.finish(...answerOf('new'));
    expect(await Promise.all([...before, ...after])).toEqual(['old', 'old', 'new', 'new']);
    expect(upstreams).toHaveLength(2);
    expect(await b.asks(tagged)).toEqual(['new', 'hit l1']);
  });

  it('counts for an answer that the store is about to give', async () => {
    const { a, b, chaos } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    const reads = chaos.hold('cache.getMany', 'answer');
    const asked = b.asks(tagged);
    await settled();
    expect(reads.waiting()).toBe(1);
    await invalidate(a);
    reads.release();
    expect(await asked).toEqual(['B 0', 'miss']);
    expect((await b.asks(tagged))[0]).not.toBe('A 0');
  });

  it('does not let those who come after it wait for a read from before it', async () => {
    const { a, b, chaos } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    const reads = chaos.hold('cache.getMany', 'answer');
    const before = b.ask(tagged);
    await settled();
    await invalidate(a);
    const after = b.ask(tagged);
    await settled();
    expect(reads.waiting()).toBe(2);
    reads.release();
    await Promise.all([before, after]);
  });

  it('counts for an answer whose call was still looking it up', async () => {
    const { a, b, chaos, since } = await setUp();
    const reads = chaos.hold('cache.getMany');
    const asked = b.asks(tagged);
    await settled();
    await invalidate(a);
    reads.release();
    expect(await asked).toEqual(['B 0', 'miss']);
    await b.background.idle();
    expect(since()).not.toContain('setMany');
    expect(await b.asks(tagged)).toEqual(['B 1', 'miss']);
  });

  it('is refused by the store for an answer that was begun before, though its process has not heard of it yet', async () => {
    const { a, b, chaos, upstreams } = await withUpstreams();
    chaos.swallow('bus.publish');
    const asked = b.ask(tagged);
    await settled();
    await invalidate(a);
    upstreams[0]!.finish(...answerOf('old'));
    await asked;
    await b.background.idle();
    expect(b.cache.stats().store).toMatchObject({ writes: 0, refusedWrites: 1 });
    const again = a.asks(tagged);
    await settled();
    upstreams[1]!.finish(...answerOf('new'));
    expect(await again).toEqual(['new', 'miss']);
  });
});

describe('an invalidation', () => {
  it.each<[what: string, selector: InvalidateSelector]>([
    ['another tag', { tags: ['kb:43'] }],
    ['another agent', { agent: 'legal' }],
    ['another key', { key: `${key}!` }],
    ['an agent that is called like the tag', { agent: 'kb:42' }],
    ['a tag that is called like the agent', { tags: ['support', `key:${key}`, key] }],
  ])('of %s takes nothing away', async (_what, selector) => {
    const { a, b } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    await b.ask(tagged);
    await a.cache.invalidate(selector);
    expect([await a.asks(tagged), await b.asks(tagged)]).toEqual([
      ['A 0', 'hit l1'],
      ['A 0', 'hit l1'],
    ]);
  });

  it('holds in its own process at once', async () => {
    const { a, chaos } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    const invalidations = chaos.hold('cache.invalidateTags');
    const done = a.cache.invalidate({ tags: ['kb:42'] });
    expect(await a.asks(tagged)).toEqual(['A 1', 'miss']);
    invalidations.release();
    await done;
    expect((await a.asks(tagged))[1]).toBe('miss'); // what came in between may be from before, as far as the store knows
  });

  it('is no error where nothing is stored', async () => {
    const { a } = await setUp();
    await a.cache.invalidate({ tags: ['kb:42'] });
    await a.cache.clear();
  });

  it('works without a store', async () => {
    const alone = testProcess();
    await alone.ask(tagged);
    await alone.cache.invalidate({ tags: ['kb:42'] });
    expect(await alone.asks(tagged)).toEqual(['answer 1', 'miss']);
    await alone.cache.clear();
    expect(await alone.asks(tagged)).toEqual(['answer 2', 'miss']);
  });

  it('rejects for a selector that does not say one thing, and takes nothing away', async () => {
    const { a, since } = await setUp();
    await a.ask();
    await a.background.idle();
    since();
    for (const selector of [{}, { tags: [] }, { agent: 'support', key }, undefined])
      await expect(a.cache.invalidate(selector as never)).rejects.toMatchObject({
        code: 'MASTRA_PERF_CONFIG',
      });
    expect(since()).toEqual([]);
    expect((await a.asks())[1]).toBe('hit l1');
  });

  it('reaches other processes by the store alone where there is no bus, as soon as their copies expire', async () => {
    const clock = testClock();
    const { cache } = memoryStoreOn(clock);
    const [a, b] = ['A', 'B'].map((name) => testProcess({ name, clock, store: { cache } })) as [
      ReturnType<typeof testProcess>,
      ReturnType<typeof testProcess>,
    ];
    await a.ask(tagged);
    await a.background.idle();
    await b.ask(tagged);
    await a.cache.invalidate({ tags: ['kb:42'] });
    expect((await b.asks(tagged))[1]).toBe('hit l1');
    clock.advance(300_001);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });
});
