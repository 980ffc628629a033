import { randomUUID } from 'node:crypto';
import { service, startRedis } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { LEDGER_REPEAT_MS, type LedgerEntry } from 'mastra-perf';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST = Number.MAX_SAFE_INTEGER;

let admin: Redis;
let prefix: string;
let store: RedisStore;

beforeAll(() => {
  if (!redis.skip) admin = new Redis(redis.service.url);
});
afterAll(() => admin?.disconnect());
beforeEach(async () => {
  if (redis.skip) return;
  prefix = `${redis.service.prefix}${randomUUID()}`;
  store = redisStore({ url: redis.service.url, prefix });
  await store.connect();
  onTestFinished(() => store.close());
});

const entry = (over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: randomUUID(),
  at: Date.now(),
  group: {},
  counts: { calls: 1 },
  ...over,
});
const total = async (by: readonly string[] = []) =>
  store.ledger.report({ by, from: Date.now() - HOUR_MS, to: Date.now() + HOUR_MS });
const end = (ms = DAY_MS): number => Date.now() + ms;
/** Names of keys without the prefix, and without the begins of intervals. */
const kinds = async (): Promise<string[]> => {
  const keys = await admin.keys(`${prefix}:*`);
  return keys.map((key) => key.slice(prefix.length + 1).replace(/:\d+$/, '')).toSorted();
};
const keyOf = async (kind: string): Promise<string> => {
  const [key, ...others] = await admin.keys(`${prefix}:{l}:${kind}:*`);
  if (!key || others.length > 0) throw new Error(`there are ${others.length + 1} keys of ${kind}, or none`);
  return key;
};
/** As if the time of all holds were over. */
const expireAll = async () => {
  const holds = `${prefix}:{l}:holds`;
  await admin.zunionstore(holds, 1, holds, 'WEIGHTS', 0);
};

describe.skipIf(redis.skip)('sums on a server', () => {
  test('stay there, but for those that are asked for', async () => {
    const groups = Array.from({ length: 2000 }, (_, n) => ({ user: `u${n}`, agent: `a${n % 2}` }));
    await store.ledger.record(groups.map((group) => entry({ group })));
    const client = new Redis(redis.service!.url);
    const replies: unknown[] = [];
    for (const name of ['evalsha', 'eval'] as const) {
      const send = client[name].bind(client) as (...args: unknown[]) => Promise<unknown>;
      client[name] = (async (...args: unknown[]) => {
        const reply = await send(...args);
        replies.push(reply);
        return reply;
      }) as never;
    }
    const other = redisStore({ client, prefix });
    onTestFinished(async () => {
      await other.close();
      client.disconnect();
    });
    const time = { from: Date.now() - HOUR_MS, to: Date.now() + 1 };
    const received = async (where?: Record<string, string>) => {
      replies.length = 0;
      const rows = await other.ledger.report({ by: ['user'], ...time, ...(where && { where }) });
      return { rows, sums: replies.flat(2).filter((text) => String(text).includes('"user"')).length };
    };
    const one = await received({ user: 'u7', agent: 'a1' });
    expect(one.rows).toEqual([{ group: { user: 'u7' }, counts: { calls: 1 } }]);
    expect(one.sums).toBe(1);
    expect((await received({ user: 'u7', agent: 'a0' })).sums).toBe(0);
    const all = await received();
    expect([all.rows.length, all.sums]).toEqual([2000, 2000]);
  });

  test('live as long as they are reported, and ids as long as they must be known', async () => {
    await store.ledger.record([entry({ at: Date.now() })]);
    expect(await kinds()).toEqual(
      ['minute', 'hour', 'day', 'month']
        .flatMap((interval) => [`{l}:${interval}`, `{l}:${interval}s`])
        .concat('{l}:ids')
        .toSorted(),
    );
    const lives = async (kind: string) => (await admin.pttl(await keyOf(kind))) / DAY_MS;
    const expected = { minute: [1, 1.1], hour: [35, 35.2], day: [400, 401.2], month: [3650, 3682] } as const;
    for (const [kind, [least, most]] of Object.entries(expected)) {
      expect(await lives(kind)).toBeGreaterThan(least);
      expect(await lives(kind)).toBeLessThan(most);
    }
    const left = await admin.pttl(await keyOf('ids'));
    expect(left).toBeGreaterThan(LEDGER_REPEAT_MS - 20_000);
    expect(left).toBeLessThanOrEqual(LEDGER_REPEAT_MS);
  });

  test('of what is long over are not written, and what is over is no longer listed', async () => {
    await admin.zadd(`${prefix}:{l}:minutes`, 60_000, '60000');
    await store.ledger.record([entry({ at: Date.now() - 100 * DAY_MS })]);
    expect(await kinds()).toEqual(['{l}:day', '{l}:days', '{l}:ids', '{l}:month', '{l}:months']);
  });

  test('tell 10,000 groups of an interval apart, and fold what comes later', async () => {
    const all = Array.from({ length: 10_050 }, (_, index) =>
      entry({ group: { agent: `a${index}`, user: 'u' }, at: Math.floor(Date.now() / DAY_MS) * DAY_MS }),
    );
    for (const [from, to] of [
      [0, 500],
      [500, 9_000], // more than one command can name
      [9_000, all.length],
    ])
      await store.ledger.record(all.slice(from, to));
    await store.ledger.record([
      entry({ group: { agent: 'a10049', user: 'u' }, at: all[0]!.at }),
      entry({ group: { agent: 'a7', user: 'u' }, at: all[0]!.at }),
      entry({ group: {}, at: all[0]!.at }),
    ]);
    const query = { from: all[0]!.at, to: all[0]!.at + 1, interval: 'day' } as const;
    const rows = await store.ledger.report({ by: ['agent'], ...query });
    const calls = (agent?: string) => rows.find(({ group }) => group['agent'] === agent)?.counts['calls'];
    expect(rows).toHaveLength(10_002); // with the other ones, and a group that has nothing to fold
    expect([calls('a0'), calls('a7'), calls('a9999'), calls('a10000')]).toEqual([1, 2, 1, undefined]);
    expect(calls('(other)')).toBe(51);
    const [sum] = await store.ledger.report({ by: [], ...query });
    expect(sum?.counts).toEqual({ calls: 10_053 });
  });

  test('may be of nothing, of more later, and each entry may count something else', async () => {
    await store.ledger.record([entry({ counts: {} }), entry({ counts: { a: 0 } })]);
    expect(await total()).toEqual([{ group: {}, counts: {} }]);
    await store.ledger.record([entry({ counts: { a: 1, b: 0 } })]);
    await store.ledger.record([
      entry({ counts: { c: 3 }, group: { user: 'u' } }),
      entry({ counts: { b: 2 } }),
    ]);
    await store.ledger.record([entry({ counts: { a: 4, c: 0 }, group: { user: 'u' } })]);
    expect(await total(['user'])).toEqual([
      { group: {}, counts: { a: 1, b: 2 } },
      { group: { user: 'u' }, counts: { a: 4, c: 3 } },
    ]);
  });

  test('survive counts that no number has room for', async () => {
    const huge = Array.from({ length: 3000 }, () => entry({ counts: { nanoUsd: MOST } }));
    await store.ledger.record(huge);
    await store.ledger.record(huge.map((one) => ({ ...one, id: randomUUID() })));
    const [row] = await total();
    expect((row?.counts['nanoUsd'] ?? 0) / (6000 * MOST)).toBeCloseTo(1, 9);
  });

  test('are not written in part where a key is something else', async () => {
    const [one, other] = [entry(), entry()];
    await store.ledger.record([one]);
    const key = await keyOf('month');
    await admin.rename(key, `${prefix}:kept`);
    await admin.set(key, 'something else');
    await expect(store.ledger.record([other])).rejects.toThrow('WRONGTYPE');
    await admin.rename(`${prefix}:kept`, key);
    expect((await total())[0]?.counts).toEqual({ calls: 1 });
    await store.ledger.record([other]);
    expect((await total())[0]?.counts).toEqual({ calls: 2 });
  });

  test.skipIf(!redis.skip && !redis.service.owned)(
    'are not written in part where memory is full, nor is anything held',
    async () => {
      const claim = { counter: 'a', limit: 10, amount: 7, expiresAt: end() };
      const entries = [entry(), entry()];
      await store.ledger.record([entry()]);
      await store.ledger.reserve('before', [claim], 60_000);
      const maxmemory = async (bytes: number) => admin.config('SET', 'maxmemory', String(bytes));
      await maxmemory(1);
      try {
        await expect(store.ledger.record(entries)).rejects.toThrow('OOM');
        await expect(store.ledger.reserve('id', [{ ...claim, amount: 1 }], 60_000)).rejects.toThrow('OOM');
        await expect(store.ledger.settle('before', [])).rejects.toThrow('OOM');
        expect(await store.ledger.budgets(['a'])).toEqual([{ spent: 0, held: 7 }]);
        expect((await total())[0]?.counts).toEqual({ calls: 1 });
      } finally {
        await maxmemory(0);
      }
      await store.ledger.record(entries);
      expect((await total())[0]?.counts).toEqual({ calls: 3 });
      await store.ledger.settle('before', [{ ...claim, amount: 2 }]);
      expect(await store.ledger.budgets(['a'])).toEqual([{ spent: 2, held: 0 }]);
    },
  );
});

describe.skipIf(redis.skip)('budgets on a server', () => {
  test('leave nothing of a call but what became of it, for as long as it must be known', async () => {
    const claim = { counter: 'a', limit: 10, amount: 1, expiresAt: end() };
    await store.ledger.reserve('settled', [claim], 60_000);
    await store.ledger.reserve('released', [claim], 60_000);
    expect(await kinds()).toEqual(['{l}:counters', '{l}:held', '{l}:holds']);
    await store.ledger.settle('settled', [claim]);
    await store.ledger.release('released');
    await store.ledger.extend(['settled', 'released', 'unknown'], 60_000);
    expect(await kinds()).toEqual(['{l}:counters', '{l}:over:released', '{l}:over:settled']);
    for (const id of ['settled', 'released']) {
      const left = await admin.pttl(`${prefix}:{l}:over:${id}`);
      expect(left).toBeGreaterThan(LEDGER_REPEAT_MS - 20_000);
    }
  });

  test('do not pile up counters that nobody asks for any more', async () => {
    const counters = `${prefix}:{l}:counters`;
    const old = Array.from({ length: 300 }, (_, index) => [`:old${index}`, `5 0 ${Date.now() - 1} 1.1`]);
    await admin.hset(counters, ...old.flat());
    for (let call = 0; call < 300; call++) {
      const charge = { counter: `new${call}`, amount: 1, expiresAt: end() };
      await store.ledger.settle(randomUUID(), [charge]);
    }
    expect(await admin.hlen(counters)).toBeLessThan(450);
    const names = Array.from({ length: 300 }, (_, index) => `new${index}`);
    expect(await store.ledger.budgets(names)).toEqual(names.map(() => ({ spent: 1, held: 0 })));
  });

  test('hold anew for a call whose hold has just expired, in the step that notices it', async () => {
    const claim = { counter: 'a', limit: 10, amount: 6, expiresAt: end() };
    const reserve = async (id: string) => store.ledger.reserve(id, [claim], 60_000);
    await reserve('id');
    await expireAll();
    expect(await reserve('id')).toEqual({ granted: true, states: [{ spent: 0, held: 6 }] });
    expect(await reserve('other')).toMatchObject({ granted: false });
    await expireAll();
    expect(await reserve('other')).toMatchObject({ granted: true });
    expect(await reserve('id')).toMatchObject({ granted: false });
  });

  test('take nothing from a later counter of the same name', async () => {
    const claim = { counter: 'a', limit: 10, amount: 4, expiresAt: end() };
    await store.ledger.reserve('earlier', [claim], 60_000);
    const counters = `${prefix}:{l}:counters`;
    const packed = (await admin.hget(counters, ':a'))!.split(' ');
    await admin.hset(counters, ':a', packed.with(2, String(Date.now() - 1)).join(' ')); // its time is over
    expect(await store.ledger.budgets(['a'])).toEqual([{ spent: 0, held: 0 }]);
    await store.ledger.reserve('later', [{ ...claim, amount: 5 }], 60_000);
    await store.ledger.release('earlier');
    expect(await store.ledger.budgets(['a'])).toEqual([{ spent: 0, held: 5 }]);
  });

  test('hold all of what claims on one counter ask for, of which one ends in the past', async () => {
    const claim = { counter: 'a', limit: 10, amount: 3, expiresAt: end() };
    const ask = async (id: string) =>
      store.ledger.reserve(id, [{ ...claim, expiresAt: Date.now() - 1000 }, claim], 60_000);
    expect(await ask('one')).toMatchObject({ granted: true, states: [{ held: 6 }, { held: 6 }] });
    expect(await ask('two')).toMatchObject({ granted: false, refused: 0 });
    await store.ledger.release('one');
    expect(await store.ledger.budgets(['a'])).toEqual([{ spent: 0, held: 0 }]);
  });

  test('refuse when more is spent than any number has room for', async () => {
    const claim = { counter: 'a', limit: MOST, amount: MOST, expiresAt: end() };
    for (let call = 0; call < 1100; call++) await store.ledger.settle(`call ${call}`, [claim]);
    const answer = await store.ledger.reserve('id', [{ ...claim, amount: 0 }], 60_000);
    expect(answer).toMatchObject({ granted: false, refused: 0 });
    expect(answer.states[0]!.spent / (1100 * MOST)).toBeCloseTo(1, 9);
  });

  test('expire ten thousand holds of processes that died in one step', async () => {
    const claim = { counter: 'a', limit: 10_000, amount: 1, expiresAt: end() };
    await Promise.all(
      Array.from({ length: 10_000 }, (_, call) => store.ledger.reserve(`call ${call}`, [claim], 60_000)),
    );
    expect(await store.ledger.reserve('id', [claim], 60_000)).toMatchObject({ granted: false });
    await expireAll();
    expect(await store.ledger.reserve('id', [claim], 60_000)).toEqual({
      granted: true,
      states: [{ spent: 0, held: 1 }],
    });
    const left = [await admin.zcard(`${prefix}:{l}:holds`), await admin.hlen(`${prefix}:{l}:held`)];
    expect(left).toEqual([1, 1]);
  });
});
