import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { upstreamModel } from '../coalesce/test-upstreams.ts';
import { answerOf, textFrom } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { testProcess, using, type TestProcessOptions } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const TTL = 1000;
const settings = { ttl: TTL, staleWhileRevalidate: 60_000 };

/** Processes whose models are answered by hand; the first has stored the answer `old`, which is stale by now. */
async function setUp({
  shared = true,
  count = 2,
  ...more
}: TestProcessOptions & { shared?: boolean; count?: number } = {}) {
  const clock = testClock();
  const store = shared ? chaosStore(memoryStoreOn(clock)) : undefined;
  const start = async () => {
    const { upstreams, invoke } = upstreamModel();
    const process = testProcess({
      clock,
      settings,
      respond: ({ request, method }) => invoke(request, method),
      ...more,
      ...(store && { store }),
    });
    await process.cache.listen();
    return { ...process, upstreams };
  };
  const processes = await Promise.all(Array.from({ length: count }, start));
  const [a, b] = processes as [(typeof processes)[number], (typeof processes)[number]];
  const first = a.ask();
  await settled();
  a.upstreams.shift()!.finish(...answerOf('old'));
  await first;
  await settled();
  clock.advance(TTL + 1);
  const upstreams = () => processes.flatMap((process) => process.upstreams);
  return { clock, store: store!, a, b, processes, upstreams };
}

describe('a stale answer', () => {
  it('is given at once to all who ask, in all processes, and one of them fetches a new one', async () => {
    const { a, b, upstreams } = await setUp();
    const answers = await Promise.all(Array.from({ length: 10 }, () => [a.ask(), b.ask()]).flat());
    expect(new Set(answers)).toEqual(new Set(['old']));
    await settled();
    expect(upstreams()).toHaveLength(1);
    expect([await a.ask(), await b.ask()]).toEqual(['old', 'old']); // it is not there yet
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect([await a.asks(), await b.asks()]).toEqual([
      ['new', 'hit l1'],
      ['new', 'hit l2'],
    ]);
    await settled();
    expect(upstreams()).toHaveLength(1);
    expect([...a.faults, ...b.faults]).toEqual([]);
  });

  it('is fetched anew once for twenty who ask a process that is alone', async () => {
    const { a, upstreams } = await setUp({ shared: false, count: 1 });
    await Promise.all(Array.from({ length: 20 }, () => a.ask()));
    await settled();
    expect(upstreams()).toHaveLength(1);
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect(await a.asks()).toEqual(['new', 'hit l1']);
  });

  it('is fetched for each question by itself', async () => {
    const { a, clock, upstreams } = await setUp();
    const other = { request: { temperature: 1 } };
    const asked = a.ask(other);
    await settled();
    upstreams()[0]!.finish(...answerOf('other'));
    await asked;
    clock.advance(TTL + 1);
    await Promise.all([a.ask(), a.ask(other)]);
    await settled();
    expect(upstreams()).toHaveLength(3);
  });

  it('is fetched again when the new one is stale in turn', async () => {
    const { a, b, clock, upstreams } = await setUp();
    for (let round = 1; round <= 3; round++) {
      const asked = round % 2 === 0 ? a : b;
      await asked.ask();
      await settled();
      expect(upstreams()).toHaveLength(round);
      for (const upstream of asked.upstreams) upstream.finish(...answerOf(`new ${round}`));
      await settled();
      expect([await a.ask(), await b.ask()]).toEqual([`new ${round}`, `new ${round}`]);
      clock.advance(TTL + 1);
    }
  });

  it('is not fetched when another process was faster, and nobody is kept from it later', async () => {
    const { a, b, clock, store, upstreams } = await setUp();
    const attempts = store.hold('leases.acquire');
    await b.ask();
    await settled();
    expect(attempts.waiting()).toBe(1); // b is about to fetch
    const refresh = a.ask(using({ cache: 'refresh' }));
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await refresh;
    await settled();
    attempts.release();
    await settled();
    expect(upstreams()).toHaveLength(1);
    clock.advance(TTL + 1);
    await a.ask();
    await settled();
    expect(upstreams()).toHaveLength(2);
  });

  it('is not fetched because of a read that began before another process was done', async () => {
    const { a, b, store, upstreams } = await setUp();
    const attempts = store.hold('leases.acquire');
    await b.ask();
    await settled();
    const reads = store.hold('cache.getMany', 'answer');
    const slow = b.ask();
    await settled();
    expect(reads.waiting()).toBe(1);
    store.heal('cache.getMany');
    const refresh = a.ask(using({ cache: 'refresh' }));
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await refresh;
    await settled();
    attempts.release(); // the old answer is still on its way when b looks
    await settled();
    reads.release();
    await slow;
    await settled();
    expect(upstreams()).toHaveLength(1);
  });

  it('is fetched without a lease when the store has none to give', async () => {
    const { a, store, upstreams } = await setUp();
    store.fail('leases.acquire');
    expect(await a.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(1);
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect(await a.ask()).toBe('new');
    expect(a.faults).toEqual([]);
  });

  it('is given while the store is away, if memory has it', async () => {
    const { a, store, upstreams } = await setUp();
    store.fail('*');
    expect(await a.asks()).toEqual(['old', 'stale l1']);
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect(await a.asks()).toEqual(['new', 'hit l1']);
    expect(a.faults).toEqual([]);
  });
});

describe('a fetch beside the call', () => {
  it('that fails leaves the stale answer, and is not tried again for five seconds, by nobody', async () => {
    const { a, b, clock, upstreams } = await setUp();
    await a.ask();
    await settled();
    upstreams()[0]!.refuse(new Error('overloaded'));
    await settled();
    for (let waited = 0; waited < 5000; waited += 1000) {
      expect([await a.ask(), await b.ask()]).toEqual(['old', 'old']);
      await settled();
      expect(upstreams()).toHaveLength(1);
      clock.advance(1000);
    }
    expect([await b.ask(), await a.ask()]).toEqual(['old', 'old']);
    await settled();
    expect(upstreams()).toHaveLength(2);
    expect([...a.faults, ...b.faults]).toEqual([]);
  });

  it.each([
    [
      'breaks off',
      (end: ReturnType<typeof upstreamModel>['upstreams'][number]) => end.parts.fail(new Error('lost')),
    ],
    [
      'says an error',
      (end: ReturnType<typeof upstreamModel>['upstreams'][number]) =>
        end.finish({ type: 'error', error: 'no' }),
    ],
    [
      'may not be stored',
      (end: ReturnType<typeof upstreamModel>['upstreams'][number]) =>
        end.finish({ type: 'finish', finishReason: 'length', usage: {} }),
    ],
  ])('that %s has failed as well', async (_how, fail) => {
    const { a, clock, upstreams } = await setUp({ shared: false, count: 1 });
    await a.ask();
    await settled();
    upstreams()[0]!.answer(...answerOf('new').slice(0, 4));
    fail(upstreams()[0]!);
    await settled();
    clock.advance(4999);
    expect(await a.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(1);
    clock.advance(1);
    expect(await a.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(2);
  });

  it('goes on when the caller gives up', async () => {
    const { a, upstreams } = await setUp();
    const controller = new AbortController();
    const { reply } = a.begin({ request: { abortSignal: controller.signal } });
    await reply;
    await settled();
    controller.abort(new Error('enough'));
    await settled();
    expect(upstreams()[0]!.signal.aborted).toBe(false);
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect(await a.ask()).toBe('new');
  });

  it('is given up after a minute, and counts as failed', async () => {
    const { a, clock, upstreams } = await setUp({ settings: { ttl: TTL, staleWhileRevalidate: 600_000 } });
    await a.ask();
    await settled();
    clock.advance(59_999);
    expect(upstreams()[0]!.signal.aborted).toBe(false);
    clock.advance(1);
    expect(upstreams()[0]!.signal.aborted).toBe(true);
    await settled();
    await a.ask();
    await settled();
    expect(upstreams()).toHaveLength(1);
    clock.advance(5000);
    await a.ask();
    await settled();
    expect(upstreams()).toHaveLength(2);
    upstreams()[1]!.finish(...answerOf('new'));
    await a.background.idle();
    expect(clock.timers()).toBe(0);
  });

  it('leaves no trace on the outcome of the call', async () => {
    const { a, upstreams } = await setUp();
    const { call, reply } = a.begin();
    await textFrom(reply);
    const outcome = { ...call.facts.outcome };
    expect(outcome).toMatchObject({ name: 'stale', ageMs: TTL + 1 });
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await a.background.idle();
    expect(call.facts.outcome).toEqual(outcome);
    expect(call.facts.shared).toBeUndefined();
  });

  it('is waited for by whoever waits for what is done beside the calls', async () => {
    const { a, upstreams } = await setUp();
    await a.ask();
    await settled();
    let idle = false;
    void a.background.idle().then(() => (idle = true));
    await settled();
    expect(idle).toBe(false);
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    await settled();
    expect(idle).toBe(true);
  });

  it('is not over before others can read what came of it', async () => {
    const { a, b, store, upstreams } = await setUp();
    const writes = store.hold('cache.setMany');
    await a.ask();
    await settled();
    upstreams()[0]!.finish(...answerOf('new'));
    await settled();
    expect(writes.waiting()).toBe(1);
    expect(await b.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(1);
    writes.release();
    await settled();
    expect(await b.ask()).toBe('new');
  });

  it('is left out where there is too much to do, and tried by the next who asks', async () => {
    const { a, upstreams } = await setUp();
    const gate = Promise.withResolvers<void>();
    while (a.background.run(() => gate.promise));
    expect(await a.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(0);
    gate.resolve();
    await settled();
    expect(await a.ask()).toBe('old');
    await settled();
    expect(upstreams()).toHaveLength(1);
  });

  it('stores nothing that was invalidated meanwhile', async () => {
    const { a, b, upstreams } = await setUp();
    await a.ask();
    await settled();
    await b.cache.invalidate({ agent: 'support' });
    upstreams()[0]!.finish(...answerOf('new'));
    await a.background.idle();
    expect(a.told.at(-1)).toEqual(['notStored', expect.objectContaining({ reason: 'invalidated' })]);
    const again = [a.asks(), b.asks()];
    await settled();
    for (const upstream of upstreams().slice(1)) upstream.finish(...answerOf('newest'));
    expect(await Promise.all(again)).toEqual([
      ['newest', 'miss'],
      ['newest', 'miss'],
    ]);
  });
});
