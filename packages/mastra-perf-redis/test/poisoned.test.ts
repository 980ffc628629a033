import { randomBytes, randomUUID } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import { service, startRedis } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { PerfOptions } from 'mastra-perf';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore } from '../src/index.ts';
import { keysOf, type Keys } from '../src/keys.ts';
import { answerTo, watchedApp, type WatchedApp } from './fixtures/stored-pair.ts';
import { watchUnhandled } from './fixtures/watch-unhandled.ts';
import { until } from './until.ts';

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

  interface Place {
    /** Of the entry in Redis. */
    readonly entry: string;
    /** What its checksum covers beside the answer. */
    readonly place: string;
    readonly value: Buffer;
    /** Another entry. */
    readonly other: string;
  }
  type Poison = (place: Place) => Promise<unknown>;

  const value =
    (change: (place: Place) => Buffer | string): Poison =>
    (place) =>
      admin.hset(place.entry, 'v', change(place));
  /** In our own format, with the right checksum. */
  const forged = (text: string): Poison => value(({ place }) => envelope(text, place));
  const field =
    (name: string, content: string): Poison =>
    ({ entry }) =>
      admin.hset(entry, name, content);
  const insteadOfIt =
    (command: string, ...args: readonly string[]): Poison =>
    async ({ entry }) => {
      await admin.del(entry);
      await admin.call(command, entry, ...args);
    };

  /** An answer of ours is in Redis; then somebody spoils it. */
  async function spoil(poison: Poison): Promise<string> {
    const question = randomUUID();
    const key = await stored(writer, question);
    const other = keys.entry(await stored(writer, randomUUID()));
    const entry = keys.entry(key);
    const [stamp, tags, bytes] = await admin.hmgetBuffer(entry, 's', 't', 'v');
    const names = JSON.parse(String(tags)) as string[];
    const place = JSON.stringify([key, Number(stamp), ...names.toSorted()]);
    await poison({ entry, place, value: bytes!, other });
    return question;
  }

  const POISONS: ReadonlyArray<readonly [what: string, poison: Poison]> = [
    ['nothing', value(() => '')],
    ['half of it', value(({ value: whole }) => whole.subarray(0, whole.length / 2))],
    ['all of it but the last byte', value(({ value: whole }) => whole.subarray(0, -1))],
    ['its header alone', value(({ value: whole }) => whole.subarray(0, 10))],
    ['itself, with one bit turned', value(({ value: whole }) => whole.fill(whole[100]! ^ 1, 100, 101))],
    ['random bytes', value(() => randomBytes(500))],
    ['a text', value(() => 'hello')],
    ['one of a future version', value(({ value: whole }) => whole.fill(2, 4, 5))],
    ['one with flags of a future version', value(({ value: whole }) => whole.fill(whole[5]! | 0x80, 5, 6))],
    ['10 MB of noise', value(() => randomBytes(10 * 1024 ** 2))],
    ['10 MB in our format', forged('x'.repeat(10 * 1024 ** 2))],
    ['10 MB that are 10 KB long', value(({ place }) => bomb(place))],
    ['10 MB that are 10 KB long and say that they are 100 bytes', value(({ place }) => bomb(place, 100))],
    ['4 GB that are 10 KB long', value(({ place }) => bomb(place, 0xffff_ffff))],
    ['the entry of another question', ({ entry, other }) => admin.copy(other, entry, 'REPLACE')],
    [
      'the value of another question',
      async ({ entry, other }) => admin.hset(entry, 'v', (await admin.hgetBuffer(other, 'v'))!),
    ],
    ['our format without JSON', forged('?')],
    ['our format with null', forged('null\nnull')],
    ['our format with a list of null', forged(`${about()}\n[null]`)],
    ['our format, 100,000 levels deep', forged(`${about()}\n${'['.repeat(1e5)}${']'.repeat(1e5)}`)],
    [
      'our format with times that are texts',
      forged(`{"storedAt":"1","freshMs":"1","tookMs":"1"}\n${ANSWER}`),
    ],
    ['our format with an endless time', forged(`{"storedAt":1,"freshMs":1e999,"tookMs":1}\n${ANSWER}`)],
    ['our format with times from a prototype', forged(`{"__proto__":${about()}}\n${ANSWER}`)],
    ['a string', insteadOfIt('set', 'text')],
    ['a list', insteadOfIt('rpush', 's', 't', 'v')],
    ['a set', insteadOfIt('sadd', 'v')],
    ['a hash of other fields', insteadOfIt('hset', '__proto__', '1', 'constructor', '2')],
    ['an entry with tags that are no JSON', field('t', '?')],
    ['an entry with tags that are an object', field('t', '{"__proto__":{"polluted":1},"length":1,"0":"a"}')],
    ['an entry with tags that are numbers', field('t', '[1,2]')],
    ['an entry with tags that are lists', field('t', '[["a"]]')],
    ['an entry with no tags', field('t', '[]')],
    ['an entry with tags of others', field('t', '["__proto__","constructor"]')],
    ['an entry with 100,000 tags', field('t', JSON.stringify([...Array(1e5).keys()].map(String)))],
    ...[
      '',
      '?',
      'NaN',
      'nan',
      '-1',
      '0',
      '0.5',
      '-inf',
      'inf',
      '1e308',
      '9007199254740991',
      '9007199254740993',
    ].map((stamp) => [`an entry with the stamp "${stamp}"`, field('s', stamp)] as const),
  ];

  test.each(POISONS)('there is %s: the model answers, and it is counted', async (_what, poison) => {
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
  });

  test('there is an answer with fields that name a prototype: they stay what they are', async () => {
    const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    for (const streams of [false, true]) {
      const question = await spoil(
        forged(`${about(evil)}\n${ANSWER.replaceAll('"type"', `${evil},"type"`)}`),
      );
      expect(await reader.ask(question, { streams })).toEqual({ text: 'forged', outcome: 'hit l2' });
    }
  });

  describe('on the bus', () => {
    const NOISE: ReadonlyArray<readonly [what: string, message: string | Buffer]> = [
      ['nothing', ''],
      ['a text', 'hello'],
      ['random bytes', randomBytes(1000)],
      ['1 MB of noise', randomBytes(1024 ** 2)],
      ['1 MB of JSON', JSON.stringify({ from: 'x', names: Array(1e5).fill('tag:a') })],
      ['null', 'null'],
      ['a list', '[1,2]'],
      ['the JSON of another program', '{"event":"user.created","id":7}'],
      ['names that are numbers', '{"from":"x","names":[1]}'],
      ['names that are an object', '{"from":"x","names":{"length":1,"0":"a"}}'],
      [
        'a note with a prototype',
        '{"from":"x","__proto__":{"polluted":1},"names":["__proto__","constructor"]}',
      ],
      ['100,000 levels', `${'['.repeat(1e5)}${']'.repeat(1e5)}`],
      ['an ending of no call', 'stored nothing'],
      ['an ending without a key', 'stored '],
    ];
    test.each(NOISE)('there is %s: everybody goes on, and hears what comes next', async (_what, message) => {
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
    });
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

const about = (more = ''): string =>
  JSON.stringify({ storedAt: Date.now(), freshMs: 3_600_000, tookMs: 1 }).replace(
    '{',
    more ? `{${more},` : '{',
  );

/** The parts of an answer that says "forged". */
const ANSWER = JSON.stringify([
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'forged' },
  { type: 'text-end', id: '0' },
  {
    type: 'finish',
    finishReason: { unified: 'stop' },
    usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } },
  },
]);

const bomb = (place: string, length?: number): Buffer =>
  envelope(`${about()}\n["${'0'.repeat(10 * 1024 ** 2)}"]`, place, {
    deflated: true,
    ...(length && { length }),
  });

/** What the codec makes of a text, by hand. */
function envelope(
  text: string,
  place: string,
  { deflated = false, length = Buffer.byteLength(text) } = {},
): Buffer {
  const header = Buffer.alloc(10);
  header.write('mprf', 'latin1');
  header.writeUInt8(1, 4);
  header.writeUInt8(deflated ? 1 : 0, 5);
  header.writeUInt32BE(length, 6);
  const content = deflated ? deflateRawSync(text) : Buffer.from(text);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(content, crc32(Buffer.concat([header, Buffer.from(place)]))));
  return Buffer.concat([header, sum, content]);
}
