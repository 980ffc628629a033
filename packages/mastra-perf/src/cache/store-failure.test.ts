import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { acrossProcesses } from '../coalesce/across.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { createReleases } from '../coalesce/releases.ts';
import { guardedStore } from '../stores/guarded-store.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore, type ChaosStore, type StoreOperation } from '../testing/chaos-store.ts';
import { testProcess, using, type TestProcessOptions } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const TTL = 10_000;
const SETTINGS = { ttl: TTL, staleWhileRevalidate: 5000, staleIfError: 60_000 };
/** A read; the lead of a call comes after it. */
const READ_MS = 50;
const STEP_MS = 10;

/** A process as perf.ts puts it together, with a store behind a guard that can be made to go wrong. */
async function setUp({ connected = true, ...options }: TestProcessOptions & { connected?: boolean } = {}) {
  const clock = testClock();
  const chaos = chaosStore(memoryStoreOn(clock));
  const failures: string[] = [];
  const store = guardedStore(chaos, {
    clock,
    random: () => 0,
    onState: () => undefined,
    onFailure: (operation) => void failures.push(operation),
  });
  const releases = createReleases(store.bus);
  const settingsOf = () => ({});
  const process = testProcess({
    clock,
    settings: SETTINGS,
    ...options,
    store,
    between: ({ cache, background, fault }) => [
      coalesce({ ...cache, clock, settingsOf, apartByTags: true }),
      acrossProcesses({
        ...cache,
        clock,
        releases,
        settingsOf,
        leases: store.leases!,
        background,
        fault,
      }),
    ],
  });
  /** What comes of it, and the milliseconds that it took. */
  const patiently = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
    let over = false;
    const end = (): void => void (over = true);
    work.then(end, end);
    const begun = clock.monotonic();
    for (let steps = 0; steps < 1000; steps++) {
      await settled();
      if (over) return [await work, clock.monotonic() - begun];
      clock.advance(STEP_MS);
    }
    throw new Error('it never came to an end');
  };
  const start = async (): Promise<void> => {
    await patiently(Promise.all([store.connect(), process.cache.listen(), releases.listen()]));
  };
  if (connected) await start();
  return { ...process, clock, chaos, store, failures, patiently, start };
}
type Setup = Awaited<ReturnType<typeof setUp>>;

/** Misses, hits, stale ones, refreshes, several at once: everything that a store is asked for. */
async function live({ asks, patiently, clock, cache }: Setup) {
  const said: string[] = [];
  const ask = async (call?: Parameters<typeof asks>[0]) => said.push((await patiently(asks(call)))[0][1]);
  await ask();
  await ask();
  await ask(using({ cache: 'refresh' }));
  await patiently(Promise.all([1, 2, 3].map((temperature) => asks({ request: { temperature } }))));
  clock.advance(TTL + 1000);
  await ask();
  await settled();
  await ask();
  await patiently(cache.invalidate({ agent: 'support' }).catch(() => undefined));
  await ask();
  await patiently(cache.clear().catch(() => undefined));
  await ask();
  await ask(using({ cache: 'bypass' }));
  return said;
}

const OPERATIONS: readonly StoreOperation[] = [
  'cache.getMany',
  'cache.setMany',
  'cache.stamp',
  'cache.areCurrent',
  'cache.invalidateTags',
  'cache.clear',
  'leases.acquire',
  'leases.renew',
  'leases.release',
  'bus.publish',
  'bus.subscribe',
  'health',
];
const WAYS: Array<[way: string, breakIt: (chaos: ChaosStore, operation: StoreOperation | '*') => void]> = [
  ['hangs', (chaos, operation) => chaos.hang(operation)],
  ['rejects', (chaos, operation) => chaos.fail(operation)],
  ['does it and rejects', (chaos, operation) => chaos.loseAnswer(operation)],
  ['answers with nothing', (chaos, operation) => chaos.swallow(operation)],
  [
    'answers with nonsense',
    (chaos, operation) => chaos.intercept(operation, async () => [{ value: 7, tags: 'x' }]),
  ],
  [
    'throws',
    (chaos, operation) =>
      chaos.intercept(operation, () => {
        throw new Error('thrown');
      }),
  ],
];

describe.each(WAYS)('a store that %s', (_way, breakIt) => {
  it.each([...OPERATIONS, '*'] as const)('answers every call all the same: %s', async (operation) => {
    const set = await setUp();
    breakIt(set.chaos, operation);
    const outcomes = await live(set);
    expect(outcomes[1]).toMatch(/^hit/); // from memory
    expect(set.faults).toEqual([]);
    await set.patiently(set.background.idle());
    expect(set.background.size()).toEqual({ tasks: 0, bytes: 0 });
  });

  it('from the beginning is no different', async () => {
    const set = await setUp({ connected: false });
    breakIt(set.chaos, '*');
    const started = set.start();
    const outcomes = await live(set);
    expect(outcomes[0]).toBe('miss');
    expect(set.faults).toEqual([]);
    await set.patiently(started);
    await set.patiently(set.background.idle());
  });

  it('is used again as soon as it works', async () => {
    const set = await setUp();
    breakIt(set.chaos, '*');
    await live(set);
    set.chaos.heal();
    for (let waited = 0; waited < 10_000; waited += 100) {
      set.clock.advance(100);
      await settled();
    }
    expect(set.store.state().state).toBe('up');
    const call = { request: { temperature: 99 } };
    expect((await set.patiently(set.asks(call)))[0][1]).toBe('miss');
    await set.patiently(set.background.idle());
    set.cache.drop();
    expect((await set.patiently(set.asks(call)))[0][1]).toBe('hit l2');
    expect(set.faults).toEqual([]);
  });
});

describe('a store that hangs', () => {
  it('costs a call the time of one read, and nothing at all once it is known', async () => {
    const { chaos, asks, patiently, store } = await setUp();
    chaos.hang('*');
    const times: number[] = [];
    for (let temperature = 0; temperature < 6; temperature++)
      times.push((await patiently(asks({ request: { temperature } })))[1]);
    expect(times).toEqual([READ_MS, READ_MS, READ_MS, 0, 0, 0]);
    expect(store.state()).toMatchObject({ state: 'down', opened: 1 });
  });

  it('costs a hit in memory nothing', async () => {
    const { chaos, ask, asks, patiently } = await setUp();
    await patiently(ask());
    chaos.hang('*');
    expect(await patiently(asks())).toEqual([['answer 0', 'hit l1'], 0]);
  });

  it('is not asked while it is down', async () => {
    const { chaos, ask, patiently, store } = await setUp();
    chaos.hang('*');
    for (let temperature = 0; temperature < 4; temperature++)
      await patiently(ask({ request: { temperature } }));
    const reads = chaos.calls('cache.getMany');
    for (let temperature = 4; temperature < 50; temperature++)
      await patiently(ask({ request: { temperature } }));
    expect(chaos.calls('cache.getMany')).toBe(reads);
    expect(store.state().rejected).toBeGreaterThan(40);
  });
});

describe('what was lost is counted', () => {
  it('a read that fails is neither a hit nor a miss', async () => {
    const { chaos, ask, cache, patiently } = await setUp();
    chaos.fail('cache.getMany');
    await patiently(ask());
    expect(cache.stats().store).toMatchObject({ hits: 0, misses: 0, failedReads: 1, unreadable: 0 });
  });

  it('a write that fails is lost, and one that is refused is not', async () => {
    const { chaos, ask, cache, patiently, background } = await setUp();
    chaos.fail('cache.setMany');
    await patiently(ask());
    await patiently(background.idle());
    expect(cache.stats().store).toMatchObject({ writes: 0, lostWrites: 1, refusedWrites: 0 });
    chaos.intercept('cache.setMany', async () => [false]);
    await patiently(ask({ request: { temperature: 1 } }));
    await patiently(background.idle());
    expect(cache.stats().store).toMatchObject({ writes: 0, lostWrites: 1, refusedWrites: 1 });
  });

  it('an answer without a moment in the store is not written, and so not lost', async () => {
    const { chaos, ask, cache, patiently, background } = await setUp();
    chaos.fail('cache.stamp');
    await patiently(ask());
    await patiently(background.idle());
    expect(cache.stats()).toMatchObject({
      entries: 1,
      store: { writes: 0, lostWrites: 0, refusedWrites: 0 },
    });
  });
});

describe('writes beside the calls', () => {
  it('are waited for by whoever waits for all of them, for a second at most', async () => {
    const { chaos, ask, patiently, background } = await setUp();
    chaos.hang('cache.setMany');
    await patiently(ask());
    expect((await patiently(background.idle()))[1]).toBe(1000);
  });

  it('are bounded: what has no room is lost, and the call unharmed', async () => {
    const { chaos, asks, cache, patiently, background, faults } = await setUp();
    const writes = chaos.hold('cache.setMany');
    const gate = Promise.withResolvers<void>();
    while (background.run(() => gate.promise));
    expect((await patiently(asks()))[0]).toEqual(['answer 0', 'miss']);
    expect(writes.waiting()).toBe(0);
    expect(cache.stats()).toMatchObject({ entries: 1, store: { writes: 0, lostWrites: 1 } });
    expect((await patiently(asks()))[0]).toEqual(['answer 0', 'hit l1']);
    gate.resolve();
    writes.release();
    await patiently(background.idle());
    expect(faults).toEqual([]);
  });

  it('hold no call back, however slow they are', async () => {
    const { chaos, asks, patiently, background } = await setUp();
    const writes = chaos.hold('cache.setMany');
    for (let temperature = 0; temperature < 20; temperature++)
      expect((await patiently(asks({ request: { temperature } })))[1]).toBe(0);
    expect(writes.waiting()).toBe(20);
    writes.release();
    await patiently(background.idle());
  });
});
