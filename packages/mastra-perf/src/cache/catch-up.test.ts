import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { upstreamModel } from '../coalesce/test-upstreams.ts';
import { answerOf } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { connectedPair, tagged, type PairOptions } from './test-pair.ts';
import { testProcess, using } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp(options?: PairOptions) {
  const clock = testClock();
  const shared = memoryStoreOn(clock);
  return { clock, ...(await connectedPair(() => chaosStore(shared), clock, options)) };
}

async function withUpstreams(options: PairOptions = {}) {
  const { invoke, upstreams } = upstreamModel();
  return {
    ...(await setUp({ ...options, respond: ({ request, method }) => invoke(request, method) })),
    upstreams,
  };
}

describe('after messages may have been missed', () => {
  /** What `a` invalidates meanwhile does not reach `b`. */
  const missing = async (b: Awaited<ReturnType<typeof setUp>>['b'], missed: () => Promise<unknown>) => {
    await missed();
    b.chaos.gap();
    await settled();
  };

  it('what was invalidated is gone from memory, and the rest stays', async () => {
    const { a, b, start } = await setUp();
    const others = [0, 1, 2].map((temperature) => ({ request: { temperature } }));
    await a.ask(tagged);
    for (const call of others) await a.ask(call);
    await a.background.idle();
    await b.ask(tagged);
    for (const call of others) await b.ask(call);
    const elsewhere = await start('C');
    elsewhere.chaos.swallow('bus.publish');
    b.since();
    await missing(b, () => elsewhere.cache.invalidate({ tags: ['kb:42'] }));
    expect(b.since()).toEqual(['areCurrent']);
    for (const call of others) expect((await b.asks(call))[1]).toBe('hit l1');
    expect(b.since()).toEqual([]);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });

  it('everything is gone that was cleared', async () => {
    const { b, start, seed } = await setUp();
    await seed();
    const elsewhere = await start('C');
    elsewhere.chaos.swallow('bus.publish');
    await missing(b, () => elsewhere.cache.clear());
    expect(b.cache.stats().entries).toBe(0);
  });

  it('is asked about five hundred answers at a time', async () => {
    const { b } = await setUp({ bounds: { maxEntries: 5000 } });
    for (let temperature = 0; temperature < 1201; temperature++) await b.ask({ request: { temperature } });
    await b.background.idle();
    b.since();
    await missing(b, async () => undefined);
    expect(b.since()).toEqual(['areCurrent', 'areCurrent', 'areCurrent']);
    expect(b.cache.stats().entries).toBe(1201);
  });

  it('what was stored while the store was away is gone: nobody can tell', async () => {
    const { b } = await setUp();
    b.chaos.fail('*');
    await b.ask(tagged);
    expect((await b.asks(tagged))[1]).toBe('hit l1');
    b.chaos.heal();
    await missing(b, async () => undefined);
    expect(await b.asks(tagged)).toEqual(['B 1', 'miss']);
  });

  it('everything is gone when the store cannot say what is still right', async () => {
    const { b, seed } = await setUp();
    await seed();
    b.chaos.fail('cache.areCurrent');
    await missing(b, async () => undefined);
    expect(b.cache.stats().entries).toBe(0);
    expect(await b.asks(tagged)).toEqual(['A 0', 'hit l2']);
    expect(b.faults).toEqual([]);
  });

  it('an answer that came while the store was asked is still given', async () => {
    const { a, b, seed } = await setUp();
    await seed();
    const checks = b.chaos.hold('cache.areCurrent');
    b.chaos.gap();
    await settled();
    expect(checks.waiting()).toBe(1);
    await a.cache.invalidate({ tags: ['kb:42'] });
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
    checks.release();
    await settled();
    expect((await b.asks(tagged))[0]).toBe('B 0');
    expect(b.model.asked).toHaveLength(1);
  });

  it('an answer that was under way is left to the store to judge, and read from there', async () => {
    const { b, start, upstreams } = await withUpstreams();
    const elsewhere = await start('C');
    elsewhere.chaos.swallow('bus.publish');
    const right = b.ask(using({ tags: ['other'] }));
    const wrong = b.ask({ ...tagged, request: { temperature: 1 } });
    await settled();
    await missing(b, () => elsewhere.cache.invalidate({ tags: ['kb:42'] }));
    for (const upstream of upstreams) upstream.finish(...answerOf('from before'));
    expect([await right, await wrong]).toEqual(['from before', 'from before']);
    await b.background.idle();
    expect(b.cache.stats()).toMatchObject({ entries: 0, store: { writes: 1, refusedWrites: 1 } });
    expect(await b.asks(using({ tags: ['other'] }))).toEqual(['from before', 'hit l2']);
    const again = b.asks({ ...tagged, request: { temperature: 1 } });
    await settled();
    upstreams[2]!.finish(...answerOf('new'));
    expect(await again).toEqual(['new', 'miss']);
  });

  it('an answer that was under way is not given to those who come later', async () => {
    const clock = testClock();
    const { b, upstreams } = await withUpstreams({
      between: ({ cache }) => [coalesce({ ...cache, clock, settingsOf: () => ({}) })],
    });
    const before = b.ask(tagged);
    await settled();
    await missing(b, async () => undefined);
    const after = b.ask(tagged);
    await settled();
    upstreams[0]!.finish(...answerOf('old'));
    upstreams[1]!.finish(...answerOf('new'));
    expect([await before, await after]).toEqual(['old', 'new']);
  });

  it('a read that was under way is neither kept nor given', async () => {
    const { a, b, start } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    const elsewhere = await start('C');
    elsewhere.chaos.swallow('bus.publish');
    const reads = b.chaos.hold('cache.getMany', 'answer');
    const asked = b.asks(tagged);
    await settled();
    await missing(b, () => elsewhere.cache.invalidate({ tags: ['kb:42'] }));
    reads.release();
    expect(await asked).toEqual(['B 0', 'miss']);
    expect((await b.asks(tagged))[0]).not.toBe('A 0');
  });

  it('who asks with other tags is not given what memory cannot know to be right', async () => {
    const { b, start } = await setUp();
    await b.ask();
    await b.background.idle();
    const elsewhere = await start('C');
    elsewhere.chaos.swallow('bus.publish');
    await missing(b, () => elsewhere.cache.invalidate({ tags: ['x'] }));
    expect(await b.asks()).toEqual(['B 0', 'hit l1']);
    expect(await b.asks(using({ tags: ['x'] }))).toEqual(['B 1', 'miss']);
  });
});

describe('a process that begins to listen', () => {
  it('drops what was invalidated before it could hear of it', async () => {
    const clock = testClock();
    const store = memoryStoreOn(clock);
    const [a, b] = [testProcess({ name: 'A', clock, store }), testProcess({ name: 'B', clock, store })];
    await a.ask(tagged);
    await b.ask();
    await Promise.all([a.background.idle(), b.background.idle()]);
    await a.cache.invalidate({ tags: ['kb:42'] });
    await a.cache.invalidate({ agent: 'support' });
    expect((await b.asks())[1]).toBe('hit l1');
    await b.cache.listen();
    expect((await b.asks())[1]).toBe('miss');
  });
});
