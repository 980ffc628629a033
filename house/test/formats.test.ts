import { isPerfError, type CacheStore, type PerfOptions, type PerfStore } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  BYTES,
  counterAt,
  ENTRIES,
  LEASE,
  MODEL,
  AGENT,
  RECORDED,
  SETTLED,
  SPENT,
  startsAt,
  UNDER_WAY,
  USED,
} from './formats/left-behind.ts';
import { memoryKind, postgresKind, redisKind, type Place } from './formats/stores.ts';
import { watchedApp } from './formats/watched-app.ts';

/* What another version has stored is read, or is as if it were not there. */

const [redis, postgres] = [await redisKind(), await postgresKind()];
afterAll(() => redis.stop());
afterAll(() => postgres.stop());

/** The version stands behind four letters of what wrote it, and the flags behind the version. */
const CHANGES = {
  'an earlier version': (bytes) => bytes.fill(0, 4, 5),
  'a later version': (bytes) => bytes.fill(bytes[4]! + 1, 4, 5),
  'a flag of a later version': (bytes) => bytes.fill(bytes[5]! | 0x40, 5, 6),
  'another format': (bytes) => bytes.fill(0x7a, 0, 4),
} satisfies Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>>;

/** A store that remembers what it was given to keep. */
function remembering(store: PerfStore): { store: PerfStore; keys: Set<string> } {
  const keys = new Set<string>();
  const setMany: CacheStore['setMany'] = (writes) => {
    for (const { key } of writes) keys.add(key);
    return store.cache.setMany(writes);
  };
  return { keys, store: { ...store, cache: { ...store.cache, setMany } } };
}

async function opened(place: Place): Promise<PerfStore> {
  const store = place.open();
  await store.connect();
  onTestFinished(() => store.close());
  return store;
}

describe.each([memoryKind(), redis, postgres])('in $name', (kind) => {
  test.skipIf(kind.skip).each(Object.entries(CHANGES))(
    'answers and vectors of %s are as if they were not there, and are replaced',
    async (_what, change) => {
      const place = kind.empty();
      const hand = await opened(place);
      const { store, keys } = remembering(place.open());
      const writer = watchedApp({ store });
      const [first, vector] = [await writer.ask('one?'), await writer.embed('one')];
      expect(first[1]).toBe('miss');
      await writer.perf.flush();

      expect(keys.size).toBeGreaterThanOrEqual(2);
      for (const key of keys) {
        const [entry] = await hand.cache.getMany([{ key }]);
        if (!entry) continue;
        const value = change(Uint8Array.from(entry.value));
        expect(await hand.cache.setMany([{ ...entry, key, value, ttlMs: 600_000 }])).toEqual([true]);
      }

      const reader = watchedApp({ store: place.open() });
      expect(await reader.ask('one?')).toEqual([first[0], 'miss']);
      expect(await reader.embed('one')).toEqual(vector);
      expect([reader.model.calls.total, reader.embedder.calls.total]).toEqual([1, 1]);
      expect(reader.perf.cache.stats().store).toMatchObject({ unreadable: 2, failedReads: 0 });
      await reader.perf.flush();
      expect(reader.wrong).toEqual([]);

      const next = watchedApp({ store: place.open() });
      await next.perf.warmup();
      expect(await next.ask('one?')).toEqual([first[0], 'hit l2']);
      expect(await next.embed('one')).toEqual(vector);
      expect([next.model.calls.total, next.embedder.calls.total]).toEqual([0, 0]);
      expect(next.wrong).toEqual([]);
    },
  );
});

describe.each([redis, postgres])('what version 1 has left in $name', (kind) => {
  test.skipIf(kind.skip)('is served, and what is invalid or held stays so', async () => {
    const { cache, leases } = await opened(await kind.filled(Date.now()));
    const [served, undone] = await cache.getMany([{ key: ENTRIES.served }, { key: ENTRIES.undone }]);
    expect([...served!.value]).toEqual([...BYTES]);
    expect(served!.tags).toEqual(['tag:kb']);
    expect(undone).toBeUndefined();
    await cache.invalidateTags(['tag:kb']);
    expect(await cache.getMany([{ key: ENTRIES.served }])).toEqual([undefined]);
    expect(await leases!.acquire(LEASE, 1000)).toMatchObject({ granted: false });
  });

  test.skipIf(kind.skip)('counts: what is used is added to it, and budgets go on from there', async () => {
    const now = Date.now();
    const place = await kind.filled(now);
    const options: PerfOptions = {
      cache: false,
      usage: { budgets: [{ per: 'agent', limitCalls: SPENT + 2, window: 'month' }] },
    };
    const app = watchedApp({ ...options, store: place.open() });
    // Four were made, one is under way, and this is the sixth.
    expect(await app.ask('one?')).toEqual(['to one?', 'bypass']);
    await expect(app.ask('two?')).rejects.toMatchObject({ code: 'MASTRA_PERF_BUDGET_EXCEEDED' });
    await app.perf.flush();
    expect(app.model.calls.total).toBe(1);
    const rows = await app.perf.usage.report({ by: ['agent', 'model'] });
    expect(rows).toMatchObject([{ agent: AGENT, model: MODEL, modelCalls: USED.modelCalls + 1 }]);
    const [ann] = await app.perf.usage.report({ by: ['user'], where: { user: 'ann' } });
    expect(ann).toMatchObject({ user: 'ann', modelCalls: USED.modelCalls });

    const { ledger } = await opened(place);
    const counter = counterAt(now);
    const state = async () => (await ledger!.budgets([counter]))[0];
    expect(await state()).toEqual({ spent: SPENT + 1, held: 1 });
    const charge = { counter, amount: 1, expiresAt: now + 86_400_000 };
    await ledger!.settle(SETTLED, [charge]);
    expect(await state()).toEqual({ spent: SPENT + 1, held: 1 });
    await ledger!.settle(UNDER_WAY, [charge]);
    expect(await state()).toEqual({ spent: SPENT + 2, held: 0 });

    // What it has recorded, and sends again, counts once.
    const [, at] = startsAt(now)[0]!;
    const group = { agent: AGENT, model: MODEL, purpose: 'answer', user: 'ann' };
    await ledger!.record([{ id: RECORDED, at, group, counts: USED }]);
    const [again] = await app.perf.usage.report({ by: ['user'], where: { user: 'ann' } });
    expect(again).toEqual(ann);
    expect(app.wrong).toEqual([]);
  });
});

describe.skipIf(postgres.skip)('tables of a later version', () => {
  const TABLES = ['cache_entries', 'cache_marks', 'cache_state', 'leases', 'rates'].concat([
    'ledger_entries',
    'ledger_sums',
    'budget_counters',
    'budget_calls',
    'budget_holds',
  ]);

  test('that have more columns, and more tables beside them, are used as they are', async () => {
    const tables = postgres.tables();
    await (await opened(tables)).connect();
    await tables.sql(
      TABLES.map((table) => `ALTER TABLE $.${table} ADD COLUMN later text DEFAULT 'x';`).join('\n'),
    );
    await tables.sql(
      `CREATE TABLE $.later (id int); CREATE FUNCTION $.later() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    );
    const options: PerfOptions = {
      usage: { budgets: [{ per: 'agent', limitCalls: 5, window: 'month' }] },
      limits: true,
    };
    const writer = watchedApp({ ...options, store: tables.open() });
    const [text] = await writer.ask('one?');
    await writer.perf.flush();
    const reader = watchedApp({ ...options, store: tables.open() });
    await reader.perf.warmup();
    expect(await reader.ask('one?')).toEqual([text, 'hit l2']);
    await reader.perf.flush();
    expect(await reader.perf.usage.report({ by: [] })).toMatchObject([{ calls: 2, modelCalls: 1, hits: 1 }]);
    expect([...writer.wrong, ...reader.wrong]).toEqual([]);
  });

  test('that lack what is read fail no call: the model answers, the error has a code, and nothing that was used is lost', async () => {
    const tables = postgres.tables();
    const hand = await opened(tables);
    await tables.sql(
      `ALTER TABLE $.cache_entries RENAME COLUMN value TO bytes; ALTER TABLE $.ledger_sums RENAME COLUMN counts TO sums;
       ALTER TABLE $.budget_counters RENAME COLUMN spent TO paid`,
    );
    const failures = await Promise.all([
      hand.cache.getMany([{ key: 'one' }]).catch((error: unknown) => error),
      hand.ledger!.report({ by: [], from: 0, to: Date.now() }).catch((error: unknown) => error),
      hand.ledger!.budgets(['one']).catch((error: unknown) => error),
    ]);
    expect(failures.map((error) => isPerfError(error) && error.code)).toEqual(
      Array(3).fill('MASTRA_PERF_STORE'),
    );

    const budget = { per: 'agent', limitCalls: 5, window: 'month' } as const;
    const app = watchedApp({ store: tables.open(), usage: { budgets: [budget] } });
    expect((await app.ask('one?'))[1]).toBe('miss');
    expect(app.wrong).not.toEqual([]);
    const strict = watchedApp({
      store: tables.open(),
      usage: { budgets: [{ ...budget, onUnavailable: 'block' }] },
    });
    await expect(strict.ask('two?')).rejects.toSatisfy(isPerfError);
    expect(strict.model.calls.total).toBe(0);

    await tables.sql(
      `ALTER TABLE $.cache_entries RENAME COLUMN bytes TO value; ALTER TABLE $.ledger_sums RENAME COLUMN sums TO counts;
       ALTER TABLE $.budget_counters RENAME COLUMN paid TO spent`,
    );
    await app.perf.flush();
    const usage = () => hand.ledger!.report({ by: [], from: 0, to: Date.now() + 60_000 });
    await expect.poll(usage, { timeout: 30_000 }).toMatchObject([{ counts: { modelCalls: 1 } }]);
  });
});
