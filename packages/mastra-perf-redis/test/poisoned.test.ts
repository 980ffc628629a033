import { randomBytes, randomUUID } from 'node:crypto';
import { service, startRedis, until } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { PerfOptions } from 'mastra-perf';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore } from '../src/index.ts';
import { keysOf, type Keys } from '../src/keys.ts';
import { NOISE } from './fixtures/bus-noise.ts';
import { POISONS, PROTOTYPES, type Poison } from './fixtures/entry-poisons.ts';
import { answerTo, watchedApp, type WatchedApp } from './fixtures/stored-pair.ts';
import { watchUnhandled } from './fixtures/watch-unhandled.ts';

/* What lies in Redis is not trusted: whatever somebody has put there, calls are answered, and rightly. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

describe.skipIf(redis.skip)('when somebody else has written to Redis', () => {
  let admin: Redis;
  let prefix: string;
  let keys: Keys;
  let writer: WatchedApp;
  let reader: WatchedApp;
  let opened: number;

  let allHandled: () => Promise<void>;

  beforeEach(async () => {
    allHandled = watchUnhandled();
    prefix = `${redis.service.prefix}${randomUUID()}`;
    keys = keysOf(prefix);
    admin = new Redis(redis.service.url);
    opened = 0;
    [writer, reader] = [open(), open()];
    await untilHeard();
    await untilShared(writer, reader);
  });
  afterEach(async () => {
    admin.disconnect();
    await allHandled();
    expectCleanPrototype();
  });

  function open(options: PerfOptions = {}): WatchedApp {
    const store = redisStore({ url: redis.service.url, prefix });
    const app = watchedApp({ store, storeTimeout: '1s', ...options });
    opened++;
    onTestFinished(() => app.perf.close());
    return app;
  }
  /** When they begin to hear each other, they doubt what they have read before. */
  const untilHeard = () =>
    until('everybody hears', async () => {
      const [, listeners] = (await admin.pubsub('NUMSUB', keys.channel('cache'))) as [string, number];
      return listeners === opened;
    });
  async function untilShared(from: WatchedApp, to: WatchedApp): Promise<void> {
    await until('what one process stores is read by the other', async () => {
      const question = randomUUID();
      await stored(from, question);
      return (await to.ask(question)).outcome === 'hit l2';
    });
  }
  /** Asks, and tells the key of the answer when it is in the store. */
  async function stored(app: WatchedApp, question: string, tags?: readonly string[]): Promise<string> {
    let name = '';
    const off = app.perf.on('stored', ({ key }) => (name = key));
    await app.ask(question, { tags });
    off();
    await app.perf.flush();
    return name;
  }
  const storeOf = ({ perf }: WatchedApp) => perf.cache.stats().store!;

  /** An answer of ours is in Redis; then somebody spoils it. */
  async function spoil(poison: Poison): Promise<string> {
    const question = randomUUID();
    const key = await stored(writer, question);
    const other = keys.entry(await stored(writer, randomUUID()));
    const entry = keys.entry(key);
    const [stamp, tags, bytes] = await admin.hmgetBuffer(entry, 's', 't', 'v');
    const names = JSON.parse(String(tags)) as string[];
    const place = JSON.stringify([key, Number(stamp), ...names.toSorted()]);
    await poison({ admin, entry, place, value: bytes!, other });
    return question;
  }

  test.each(Object.entries(POISONS))(
    'there is %s: the model answers, and it is counted',
    async (_what, poison) => {
      const question = await spoil(poison);
      const before = storeOf(reader);
      const calls = reader.model.calls.total;
      expect(await reader.ask(question)).toEqual({ text: answerTo(question), outcome: 'miss' });
      expect(reader.model.calls.total).toBe(calls + 1);
      const { hits, misses, unreadable } = storeOf(reader);
      expect(hits).toBe(before.hits);
      expect(misses + unreadable).toBeGreaterThan(before.misses + before.unreadable);
      await reader.perf.flush();
      await untilShared(writer, reader);
    },
  );

  test('there is an answer with fields that name a prototype: they stay what they are', async () => {
    for (const streams of [false, true]) {
      const question = await spoil(PROTOTYPES);
      expect(await reader.ask(question, { streams })).toEqual({ text: 'forged', outcome: 'hit l2' });
    }
  });

  describe('on the bus', () => {
    test.each(Object.entries(NOISE))(
      'there is %s: everybody goes on, and hears what comes next',
      async (_what, message) => {
        const question = randomUUID();
        await reader.ask(question, { tags: ['kb'] });
        for (const topic of ['cache', 'coalesce']) await admin.publish(keys.channel(topic), message);
        const again = await reader.ask(question, { tags: ['kb'] });
        expect(again.text).toBe(answerTo(question));
        await writer.perf.cache.invalidate({ tags: ['kb'] });
        await until('the invalidation has arrived', async () => {
          const calls = reader.model.calls.total;
          await reader.ask(question, { tags: ['kb'] });
          return reader.model.calls.total > calls;
        });
        expect(reader.storeEvents).toEqual([]);
      },
    );
  });

  describe('where it is noted what is invalid', () => {
    const changes: ReadonlyArray<readonly [what: string, change: (tag: string) => Promise<unknown>]> = [
      ['nothing is left', () => admin.del(keys.marks)],
      ['the clock is gone', () => admin.hdel(keys.marks, 'clock')],
      ['the beginning is gone', () => admin.hdel(keys.marks, 'born')],
      ...['?', '', 'nan', 'inf', '-inf', '1e308', '9007199254740993', '-1', '0'].flatMap(
        (content) =>
          [
            [`the clock is "${content}"`, () => admin.hset(keys.marks, 'clock', content)],
            [`the beginning is "${content}"`, () => admin.hset(keys.marks, 'born', content)],
          ] as const,
      ),
      ...['?', 'nan', 'inf', '1e308', '9007199254740993'].map(
        (content) =>
          [
            `the moment of the tag is "${content}"`,
            (tag: string) => admin.hset(keys.marks, `t:tag:${tag}`, content),
          ] as const,
      ),
    ];
    test.each(changes)('%s: no old answer is served, and calls go on', async (_what, change) => {
      const [question, tag] = [randomUUID(), randomUUID()];
      await stored(writer, question, [tag]);
      await writer.perf.cache.invalidate({ tags: [tag] });
      await change(tag);
      const { text, outcome } = await reader.ask(question);
      expect([text, outcome]).toEqual([answerTo(question), 'miss']);
      for (const app of [writer, reader]) {
        const next = randomUUID();
        expect((await app.ask(next)).text).toBe(answerTo(next));
        await app.perf.flush();
        expect(app.storeEvents).toEqual([]);
      }
    });

    test('there is something else: calls go on without the store, until it is taken away', async () => {
      const question = randomUUID();
      await stored(writer, question);
      await admin.set(keys.marks, 'text');
      expect((await reader.ask(question)).outcome).toBe('miss');
      await expect(writer.perf.cache.invalidate({ tags: ['kb'] })).rejects.toMatchObject({
        code: 'MASTRA_PERF_STORE',
      });
      for (let round = 0; round < 5; round++)
        expect((await reader.ask(`${question} ${round}`)).outcome).toBe('miss');
      await admin.del(keys.marks);
      await untilShared(writer, reader);
    });
  });

  describe('with encryption', () => {
    const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const encrypted = (...encryptionKeys: string[]) => open({ cache: { encryptionKeys } });

    /** How the second process answers what the first one has stored. */
    async function across(from: WatchedApp, to: WatchedApp): Promise<string> {
      await untilHeard();
      for (const app of [from, to]) await stored(app, randomUUID());
      const question = randomUUID();
      const key = await stored(from, question);
      const { text, outcome } = await to.ask(question);
      expect(text).toBe(answerTo(question));
      await to.perf.flush();
      const lies = (await admin.hgetBuffer(keys.entry(key), 'v'))!.toString('latin1');
      if (from !== writer && outcome !== 'miss') expect(lies).not.toContain(question);
      return outcome;
    }

    test('what a process without keys has stored is not served, nor the other way round', async () => {
      expect(await across(writer, encrypted(one))).toBe('miss');
      expect(await across(encrypted(one), reader)).toBe('miss');
      expect(await across(encrypted(one), encrypted(two))).toBe('miss');
    });

    test('with the same key it is, and while keys are exchanged in both directions', async () => {
      expect(await across(encrypted(one), encrypted(one))).toBe('hit l2');
      expect(await across(encrypted(one, two), encrypted(two, one))).toBe('hit l2');
      expect(await across(encrypted(two, one), encrypted(one, two))).toBe('hit l2');
      expect(await across(encrypted(one), encrypted(two, one))).toBe('hit l2');
      // The old key alone no longer does.
      expect(await across(encrypted(two, one), encrypted(one))).toBe('miss');
    });

    test('an entry is not read with the stamp or the tags of another moment', async () => {
      const [from, to] = [encrypted(one), encrypted(one)];
      expect(await across(from, to)).toBe('hit l2');
      const question = randomUUID();
      const key = await stored(from, question, ['kb']);
      const old = await admin.hgetall(keys.entry(key));
      await from.perf.cache.invalidate({ tags: ['kb'] });
      const oldValue = await admin.hgetBuffer(keys.entry(key), 'v');
      const stamp = Number(await admin.hget(keys.marks, 'clock')) + 1;
      await admin.hset(keys.entry(key), { ...old, v: oldValue!, s: String(stamp) });
      expect((await to.ask(question)).outcome).toBe('miss');
      expect(storeOf(to).unreadable).toBeGreaterThan(0);
    });
  });
});

function expectCleanPrototype(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
}
