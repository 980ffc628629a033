import { randomUUID } from 'node:crypto';
import { mostOverRate, reasonOf, service, startRedis, until, untilWorks } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { RateClaim } from 'mastra-perf';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { startRateProcess } from './fixtures/rate-processes.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
const notOurs = redis.skip ?? (redis.service.owned ? undefined : 'the server is not ours');
vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;

let admin: Redis;
let prefix: string;
let store: RedisStore;

beforeAll(() => {
  if (redis.skip) return;
  admin = new Redis(redis.service.url, { retryStrategy: () => 50 });
  admin.on('error', () => {});
});
afterAll(() => admin?.disconnect());
beforeEach(async () => {
  if (redis.skip) return;
  prefix = `${redis.service.prefix}${randomUUID()}`;
  store = redisStore({ url: redis.service.url, prefix });
  await store.connect();
  onTestFinished(() => store.close());
});

const aClaim = (over: Partial<RateClaim> = {}): RateClaim => ({
  name: 'a',
  amount: 1,
  perMinute: 60,
  burst: 3,
  ...over,
});
const keyOf = (name: string): string => `${prefix}:{r}:rate:${name}`;
/** What is owed of a rate, as it is kept. */
const owed = async (name: string): Promise<readonly [whole: number, part: number]> => {
  const [whole, part] = String(await admin.get(keyOf(name))).split(' ');
  return [Number(whole), Number(part)];
};

describe.skipIf(redis.skip)('rates on a server', () => {
  test.each([0, 2000])(
    'are kept by 4 processes together that take as fast as they can, and wait for %d ms',
    async (maxWaitMs) => {
      const rate = { name: 'hammered', perMinute: 600, burst: 20 };
      const { url } = redis.service!;
      const names = ['one', 'two', 'three', 'four'];
      const processes = await Promise.all(names.map((name) => startRateProcess({ name, url, prefix })));
      onTestFinished(() => processes.forEach((one) => one.kill('SIGKILL')));
      const hammering = { lanes: 4, takes: 250, maxWaitMs };
      const grants = (await Promise.all(processes.map((one) => one.hammer(rate, hammering)))).flat();
      expect(mostOverRate(grants, rate)).toBeLessThan(1e-6);
      const sum = grants.reduce((total, { amount }) => total + amount, 0);
      expect(sum).toBeGreaterThan(rate.burst + (maxWaitMs * rate.perMinute) / 60_000);
      expect(grants.length).toBeLessThan(4000);
    },
  );

  test('add up to the last part of a microsecond', async () => {
    const tokens = aClaim({ perMinute: 70_000_000, burst: 1 });
    await store.rates.take([{ ...tokens, amount: 70_000_000 * 60 }], 0);
    const before = await owed('a');
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 500 }, () => store.rates.take([tokens], 2 * HOUR_MS)));
      await Promise.all(Array.from({ length: 500 }, () => store.rates.correct([tokens])));
    }
    const after = await owed('a');
    const taken = after[0] - before[0] + (after[1] - before[1]);
    expect(taken).toBeCloseTo((20_000 * 60_000) / 70_000_000, 9);
  });

  test('are of one key, which goes when nothing is owed any more', async () => {
    const claims = [aClaim({ perMinute: 600, amount: 3 }), aClaim({ name: 'b', perMinute: 1 })];
    await store.rates.take(claims, 0);
    expect((await admin.keys(`${prefix}:*`)).toSorted()).toEqual(['a', 'b'].map(keyOf));
    expect(await admin.pttl(keyOf('a'))).toBeLessThanOrEqual(300);
    expect(await admin.pttl(keyOf('b'))).toBeGreaterThan(50_000);
    await until('it is gone', async () => (await admin.exists(keyOf('a'))) === 0);
    await store.rates.correct([{ ...claims[1]!, amount: -1 }]);
    expect(await admin.keys(`${prefix}:*`)).toEqual([]);
    await store.rates.pause(['a'], 60_000);
    expect(await admin.pttl(keyOf('a'))).toBeGreaterThan(50_000);
    expect(await store.rates.take([aClaim()], HOUR_MS)).toMatchObject({ granted: true });
    expect(await admin.pttl(keyOf('a'))).toBeGreaterThan(50_000);
  });

  test('that were refused leave nothing', async () => {
    await store.rates.pause(['b'], HOUR_MS);
    expect(await store.rates.take([aClaim(), aClaim({ name: 'b' })], 0)).toMatchObject({ granted: false });
    expect(await admin.keys(`${prefix}:*`)).toEqual([keyOf('b')]);
  });

  test('take any time to wait and to pause, and no amount that is none', async () => {
    await store.rates.pause(['a'], Number.POSITIVE_INFINITY);
    await store.rates.pause(['b'], -5);
    await store.rates.pause(['b'], Number.NaN);
    expect(await store.rates.take([aClaim()], HOUR_MS)).toMatchObject({ granted: false });
    expect(await store.rates.take([aClaim({ name: 'b', amount: 1e9 })], Number.POSITIVE_INFINITY)).toEqual({
      granted: true,
      waitMs: 0,
    });
    for (const wrong of [{ amount: Number.NaN }, { perMinute: 0 }, { burst: Number.NaN }, { amount: 1e300 }])
      for (const ask of [store.rates.correct, (claims: RateClaim[]) => store.rates.take(claims, 0)])
        expect(await reasonOf(ask([aClaim({ name: 'c', ...wrong })]))).toBeInstanceOf(RangeError);
    expect(await admin.exists(keyOf('c'))).toBe(0);
  });

  test('are not taken in part where a key is something else', async () => {
    await admin.lpush(keyOf('z'), 'something else');
    const claims = [aClaim(), aClaim({ name: 'z' })];
    await expect(store.rates.take(claims, 0)).rejects.toThrow('WRONGTYPE');
    await expect(store.rates.correct(claims)).rejects.toThrow('WRONGTYPE');
    expect(await admin.exists(keyOf('a'))).toBe(0);
    await admin.set(keyOf('z'), 'no rate');
    await admin.persist(keyOf('z'));
    expect(await store.rates.take(claims, 0)).toEqual({ granted: true, waitMs: 0 });
  });

  test.skipIf(notOurs)('are not taken where memory is full', async () => {
    const claims = [aClaim({ perMinute: 1, amount: 3 }), aClaim({ name: 'b', perMinute: 1, amount: 3 })];
    await admin.config('SET', 'maxmemory', '1');
    try {
      await expect(store.rates.take(claims, 0)).rejects.toThrow('OOM');
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
    expect(await store.rates.take(claims, 0)).toEqual({ granted: true, waitMs: 0 });
    expect(await store.rates.take(claims.slice(1), 0)).toMatchObject({ granted: false });
  });

  test.skipIf(notOurs)('reject while the server is away, and begin anew where it has lost them', async () => {
    const claim = aClaim({ perMinute: 1 });
    for (let take = 0; take < 3; take++)
      expect(await store.rates.take([claim], 0)).toMatchObject({ granted: true });
    expect(await store.rates.take([claim], 0)).toMatchObject({ granted: false });
    redis.service!.kill();
    const isRejected = async () =>
      store.rates.take([claim], 0).then(
        () => false,
        () => true,
      );
    await until('it is rejected', isRejected);
    await redis.service!.restart();
    await untilWorks('it is back', () => store.health());
    const answers = [];
    for (let take = 0; take < 4; take++) answers.push(await store.rates.take([claim], 0));
    expect(answers.map(({ granted }) => granted)).toEqual([true, true, true, false]);
  });
});
