import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { answerOf, callOf, replyOf } from '../pipeline/test-calls.ts';
import type { CacheEntry } from '../stores/cache-store.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { createCodec } from './codec.ts';
import { namesOf } from './names.ts';
import { placeOf } from './store-tier.ts';
import { testProcess, using, type TestProcessOptions } from './test-process.ts';

vi.setConfig({ testTimeout: 60_000 });

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const KEY_1 = Buffer.alloc(32, 1).toString('base64');
const KEY_2 = Buffer.alloc(32, 2).toString('base64');
const key = callOf({ invoke: () => Promise.reject(new Error('not asked')) }).key();
const ABOUT = '{"storedAt":1750000000000,"freshMs":3600000,"tookMs":5}';
const PARTS = JSON.stringify(answerOf('forged').map(({ timestamp: _timestamp, ...part }) => part));

/** A process, and a way to put anything where its answer would lie in the store. */
function setUp(options: TestProcessOptions = {}) {
  const clock = testClock();
  const store = memoryStoreOn(clock);
  const process = testProcess({ ...options, clock, store });
  const put = async ({ value, stamp }: Pick<CacheEntry, 'value' | 'stamp'>, at = key) => {
    while ((await store.cache.stamp()) < stamp); // it may come from another store
    const [stands] = await store.cache.setMany([
      { key: at, value, tags: namesOf(at, 'support'), stamp, ttlMs: 3_600_000 },
    ]);
    expect(stands).toBe(true);
  };
  const putBytes = async (value: Uint8Array) => put({ value, stamp: await store.cache.stamp() });
  /** In our own format, with checksum and all. */
  const putText = async (text: string) => {
    const stamp = await store.cache.stamp();
    const place = placeOf(key, { tags: namesOf(key, 'support'), stamp });
    await put({ value: await createCodec().encode(text, place), stamp });
  };
  const entryAt = async (at = key) => (await store.cache.getMany([{ key: at }]))[0]!;
  const unreadable = () => process.told.filter(([name]) => name === 'unreadable').map(([, event]) => event);
  return { ...process, clock, store, put, putBytes, putText, entryAt, unreadable };
}

/** It was a miss, counted and told, and what the model says takes its place. */
async function expectMiss(
  { asks, cache, background, unreadable, faults }: ReturnType<typeof setUp>,
  reason: string,
) {
  expect(await asks()).toEqual(['answer 0', 'miss']);
  expect(cache.stats().store).toMatchObject({ hits: 0, misses: 0, unreadable: 1, failedReads: 0 });
  expect(unreadable()).toEqual([{ key, reason }]);
  expect(faults).toEqual([]);
  await background.idle();
  expect(cache.stats().store).toMatchObject({ writes: 1, refusedWrites: 0, lostWrites: 0 });
  cache.drop();
  expect(await asks()).toEqual(['answer 0', 'hit l2']);
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('an entry of the store that is not one', () => {
  it.each<[what: string, reason: string, value: Uint8Array]>([
    ['nothing', 'foreign', bytes('')],
    ['a text', 'foreign', bytes('hello')],
    ['the JSON of another cache', 'foreign', bytes('[{"type":"text-delta","id":"0","delta":"forged"}]')],
    ['noise', 'foreign', new Uint8Array(5000).map((_, index) => (index * 7919) % 251)],
    ['our mark alone', 'corrupt', bytes('mprf')],
    ['our mark and noise', 'version', bytes('mprf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff')],
    ['ten megabytes', 'foreign', new Uint8Array(10_000_000)],
  ])('is a miss: %s', async (_what, reason, value) => {
    const set = setUp();
    await set.putBytes(value);
    await expectMiss(set, reason);
  });

  it.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no line about the answer', PARTS],
    ['an empty line about it', `\n${PARTS}`],
    ['a line that is not JSON', `{"storedAt":\n${PARTS}`],
    ['a line about something else', `{}\n${PARTS}`],
    ['null', `null\n${PARTS}`],
    ['times that are texts', `${ABOUT.replace('5}', '"5"}')}\n${PARTS}`],
    ['a negative time', `${ABOUT.replace('3600000', '-1')}\n${PARTS}`],
    ['an endless time', `${ABOUT.replace('3600000', '1e999')}\n${PARTS}`],
    ['times from a prototype', `{"__proto__":${ABOUT}}\n${PARTS}`],
    ['no parts', ABOUT],
    ['empty parts', `${ABOUT}\n`],
    ['parts that are no list', `${ABOUT}\n{"type":"finish"}`],
    ['a part that is none', `${ABOUT}\n[{"type":"finish"},7]`],
    ['a part without a type', `${ABOUT}\n[{"delta":"x"}]`],
    ['cuts without a part', `${ABOUT}\n["12"]`],
    ['cuts that do not add up', `${ABOUT}\n[{"type":"text-delta","id":"0","delta":"x"},"12"]`],
    ['half of its parts', `${ABOUT}\n${PARTS.slice(0, PARTS.length / 2)}`],
    [
      'parts that nest without end',
      `${ABOUT}\n[{"type":"x","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`,
    ],
  ])('is a miss although it is in our format: %s', async (_what, text) => {
    const set = setUp();
    await set.putText(text);
    await expectMiss(set, 'unknown');
  });

  it('is a miss when it was cut off anywhere, or one bit of it was turned', async () => {
    const { ask, background, entryAt } = setUp();
    await ask();
    await background.idle();
    const { value: whole, stamp } = await entryAt();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(whole.length - 1), fc.nat(7), async (cut, at, bit) => {
        const damaged = cut
          ? whole.slice(0, at)
          : whole.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte));
        const other = setUp({ name: 'other' });
        await other.put({ value: damaged, stamp });
        expect(await other.asks()).toEqual(['other 0', 'miss']);
        expect(other.cache.stats().store!.unreadable).toBe(1);
        expect(other.faults).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is a miss whatever it is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string().map(bytes)),
        fc.boolean(),
        async (noise, marked) => {
          const set = setUp();
          await set.putBytes(marked ? Buffer.concat([bytes('mprf\x01\x00'), noise]) : noise);
          expect(await set.asks()).toEqual(['answer 0', 'miss']);
          expect(set.cache.stats().store!.unreadable).toBe(1);
          expect(set.faults).toEqual([]);
        },
      ),
      { numRuns: 300 },
    ));

  it('pollutes no prototype, and what it says of one stays in its part', async () => {
    const set = setUp();
    const evil =
      '{"type":"source","id":"s","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    await set.putText(`${ABOUT}\n${PARTS.replace('[', `[${evil},`)}`);
    await set.asks();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(set.faults).toEqual([]);
  });

  it('never gets in the way of only-if-cached: that finds nothing', async () => {
    const { ask, putBytes, model } = setUp();
    await putBytes(bytes('hello'));
    await expect(ask(using({ cache: 'only-if-cached' }))).rejects.toMatchObject({
      code: 'MASTRA_PERF_NOT_CACHED',
    });
    expect(model.asked).toEqual([]);
  });

  it('is told with its key and the reason, and nothing of what it holds', async () => {
    const { ask, putText, unreadable } = setUp();
    await putText(`${ABOUT}\n[{"type":"text-delta","id":"0","delta":"secret"}`);
    await ask();
    expect(unreadable()).toHaveLength(1);
    expect(JSON.stringify(unreadable())).not.toContain('secret');
  });
});

describe('an entry of the store', () => {
  it('of a later version of the format is a miss', async () => {
    const set = setUp();
    await set.ask();
    await set.background.idle();
    const { value, stamp } = await set.entryAt();
    const later = value.map((byte, index) => (index === 4 ? byte + 1 : byte));
    const other = setUp();
    await other.put({ value: later, stamp });
    await expectMiss(other, 'version');
  });

  it('is not taken for that of another key', async () => {
    for (const bounds of [{}, { encryptionKeys: KEY_1 }]) {
      const one = setUp({ bounds });
      const call = { request: { temperature: 1 } };
      await one.ask(call);
      await one.background.idle();
      const moved = await one.entryAt(
        callOf({ invoke: () => Promise.reject(new Error('not asked')) }, call).key(),
      );
      const other = setUp({ bounds });
      await other.put(moved);
      await expectMiss(other, 'corrupt');
    }
  });

  it('is a miss once its stamp or its tags are others: an invalidation might not reach it', async () => {
    for (const bounds of [{}, { encryptionKeys: KEY_1 }]) {
      for (const change of [{ stamp: 9_000_000 }, { tags: [] }, { tags: ['agent:support', 'tag:x'] }]) {
        const set = setUp({ bounds });
        await set.ask();
        await set.background.idle();
        const entry = { ...(await set.entryAt()), key, ttlMs: 1000, ...change };
        set.cache.drop();
        await set.store.cache.delete([key]);
        await set.store.cache.setMany([entry]);
        expect(await set.asks()).toEqual(['answer 1', 'miss']);
        expect(set.unreadable()).toEqual([{ key, reason: 'corrupt' }]);
      }
    }
  });

  it('that is larger than answers may be is a miss', async () => {
    const text = 'x'.repeat(10_000_000);
    const large = setUp({
      bounds: { maxEntryBytes: 20_000_000, maxBytes: 64_000_000 },
      respond: () => replyOf(answerOf(text)),
    });
    await large.ask();
    await large.background.idle();
    expect(large.cache.stats().store!.writes).toBe(1);
    const small = setUp();
    await small.put(await large.entryAt());
    await expectMiss(small, 'too-large');
  });

  it('is not made of an answer that is larger than answers may be', async () => {
    const set = setUp({
      bounds: { maxEntryBytes: 1000 },
      respond: () => replyOf(answerOf('x'.repeat(1000))),
    });
    await set.ask();
    await set.background.idle();
    expect(set.told).toEqual([['notStored', expect.objectContaining({ reason: 'too-large' })]]);
    expect(set.cache.stats()).toMatchObject({ entries: 0, store: { writes: 0, lostWrites: 0 } });
  });

  it('is made of every answer that memory takes, however many bytes its characters have', async () => {
    for (const character of ['x', 'ö', '試', '😀']) {
      const text = character.repeat(Math.floor(900_000 / (character === 'x' ? 1 : 2 * character.length)));
      const set = setUp({ respond: () => replyOf(answerOf(text)) });
      await set.ask();
      await set.background.idle();
      expect(set.cache.stats().store).toMatchObject({ writes: 1, lostWrites: 0 });
      set.cache.drop();
      expect(await set.asks()).toEqual([text, 'hit l2']);
    }
  });
});

describe('an encrypted entry', () => {
  const keys = { encryptionKeys: [KEY_1, KEY_2] };
  /** What one process has stored, as another one with other keys sees it. */
  const across = async (from: TestProcessOptions['bounds'], to: TestProcessOptions['bounds']) => {
    const one = setUp({ name: 'one', bounds: from ?? {} });
    await one.ask();
    await one.background.idle();
    const other = setUp({ bounds: to ?? {} });
    await other.put(await one.entryAt());
    return other;
  };

  it.each([
    [{ encryptionKeys: KEY_1 }, { encryptionKeys: KEY_1 }],
    [{ encryptionKeys: KEY_1 }, { encryptionKeys: [KEY_2, KEY_1] }],
    [{ encryptionKeys: [KEY_2, KEY_1] }, keys],
  ])('is read with any of the keys: %j %j', async (from, to) => {
    const other = await across(from, to);
    expect(await other.asks()).toEqual(['one 0', 'hit l2']);
    expect(other.unreadable()).toEqual([]);
  });

  it.each<[reason: string, from: object, to: object]>([
    ['unknown-key', { encryptionKeys: KEY_1 }, { encryptionKeys: KEY_2 }],
    ['unknown-key', { encryptionKeys: KEY_1 }, {}],
    ['not-encrypted', {}, { encryptionKeys: KEY_1 }],
  ])('or one that should be is a miss: %s', async (reason, from, to) => {
    await expectMiss(await across(from, to), reason);
  });

  it('shows nothing of the answer', async () => {
    const set = setUp({ bounds: keys });
    await set.ask();
    await set.background.idle();
    const text = Buffer.from((await set.entryAt()).value).toString('latin1');
    expect(text).not.toMatch(/answer 0|text-delta|storedAt/);
  });
});
