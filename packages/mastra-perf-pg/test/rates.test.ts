import { mostOverRate, reasonOf, service, startPostgres, until, untilWorks } from '@mastra-perf/testkit';
import type { RateClaim } from 'mastra-perf';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startRateProcess } from './fixtures/rate-processes.ts';
import { openLedger } from './ledger-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const notOurs = postgres.skip ?? (postgres.service.owned ? undefined : 'the server is not ours');
vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;

const aClaim = (over: Partial<RateClaim> = {}): RateClaim => ({
  name: 'a',
  amount: 1,
  perMinute: 60,
  burst: 3,
  ...over,
});

async function open(settings?: Parameters<typeof openLedger>[1]) {
  const opened = await openLedger(postgres.service!.connectionString, settings);
  return { ...opened, rates: opened.store.rates };
}
const namesOf = async ({ admin }: Awaited<ReturnType<typeof open>>): Promise<string[]> =>
  (await admin<{ name: string }>('SELECT name FROM $.rates ORDER BY 1')).map(({ name }) => name);

describe.skipIf(postgres.skip)('rates in a database', () => {
  test.each([0, 2000])(
    'are kept by 4 processes together that take as fast as they can, and wait for %d ms',
    async (maxWaitMs) => {
      const rate = { name: 'hammered', perMinute: 600, burst: 20 };
      const { schema } = await open();
      const { connectionString } = postgres.service!;
      const names = ['one', 'two', 'three', 'four'];
      const processes = await Promise.all(
        names.map((name) => startRateProcess({ name, connectionString, schema })),
      );
      onTestFinished(() => processes.forEach((one) => one.kill('SIGKILL')));
      const hammering = { lanes: 4, takes: 150, maxWaitMs };
      const grants = (await Promise.all(processes.map((one) => one.hammer(rate, hammering)))).flat();
      expect(mostOverRate(grants, rate)).toBeLessThan(1e-6);
      const sum = grants.reduce((total, { amount }) => total + amount, 0);
      expect(sum).toBeGreaterThan(rate.burst + (maxWaitMs * rate.perMinute) / 60_000);
      expect(grants.length).toBeLessThan(2400);
    },
  );

  test('send one statement for whatever they are asked', async () => {
    const { rates, counting } = await open();
    const sent = async (ask: () => Promise<unknown>) => {
      const before = counting.roundTrips();
      await ask();
      return counting.roundTrips() - before;
    };
    const claims = [aClaim(), aClaim({ name: 'b' })];
    for (let round = 0; round < 5; round++) expect(await sent(() => rates.take(claims, 0))).toBe(1);
    expect(await sent(() => rates.correct(claims))).toBe(1);
    expect(await sent(() => rates.pause(['a', 'c'], 5))).toBe(1);
    expect(await sent(() => rates.take([], 0))).toBe(0);
    expect(await sent(() => rates.correct([]))).toBe(0);
    expect(await sent(() => rates.pause([], 5))).toBe(0);
  });

  test('add up to the last part of a microsecond', async () => {
    const { rates, admin } = await open();
    const tokens = aClaim({ perMinute: 70_000_000, burst: 1 });
    await rates.take([{ ...tokens, amount: 70_000_000 * 60 }], 0);
    const begin = `SELECT owed::text AS begin FROM $.rates`;
    const [before] = await admin<{ begin: string }>(begin);
    const all = Array.from({ length: 1000 }, (_, index) =>
      index % 2 ? rates.take([tokens], 2 * HOUR_MS) : rates.correct([tokens]),
    );
    await Promise.all(all);
    const [row] = await admin<{ taken: number }>(
      `SELECT (owed - ${before!.begin})::float8 AS taken FROM $.rates`,
    );
    expect(row!.taken).toBeCloseTo((1000 * 60_000) / 70_000_000, 8);
  });

  test.each([
    ['a', 'z'],
    ['z', 'a'],
  ])(
    'are locked in one order, as named %s before %s, also new ones: of two who meet one goes on',
    async (...names) => {
      for (const isNew of [true, false]) {
        const { rates, schema, admin } = await open();
        if (!isNew) await rates.take([aClaim(), aClaim({ name: 'z' })], 0);
        const slow = new Client({ connectionString: postgres.service!.connectionString });
        await slow.connect();
        onTestFinished(() => slow.end());
        const insert = (name: string) =>
          slow.query(
            `INSERT INTO "${schema}".rates AS r VALUES ($1, 0, 0) ON CONFLICT (name) DO UPDATE SET owed = r.owed`,
            [name],
          );
        const claims = names.map((name) => aClaim({ name }));
        for (const ask of [
          () => rates.take(claims, HOUR_MS),
          () => rates.correct(claims),
          () => rates.pause(names, 1),
        ]) {
          await slow.query('BEGIN');
          await insert('z');
          const asked = ask();
          const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || '${schema}' || '%' AND pid <> pg_backend_pid()`;
          await until('it waits', async () => (await admin(waiting)).length === 1);
          await slow.query(`SET LOCAL lock_timeout = '20ms'`);
          await expect(insert('a')).rejects.toThrow('lock timeout');
          await slow.query('ROLLBACK');
          await asked;
        }
      }
    },
  );

  test('never stand still, whatever sixteen workers take, correct and pause in any order while rows go', async () => {
    const { rates, admin } = await open({ max: 16 });
    const all = ['a', 'b', 'c', 'd', 'e'];
    const stopping = new AbortController();
    const work = async (worker: number) => {
      for (let round = 0; round < 30; round++) {
        const turned = all.map((_, index) => all[(index + worker + round) % 5]!);
        const names = round % 2 ? turned : turned.toReversed();
        const claims = names.slice(round % 3).map((name) => aClaim({ name, perMinute: 60_000 }));
        if (round % 7 === 3) await rates.correct(claims);
        else if (round % 7 === 5) await rates.pause(names, 1);
        else await rates.take(claims, HOUR_MS);
      }
    };
    const remove = async () => {
      while (!stopping.signal.aborted)
        await admin(
          `DELETE FROM $.rates WHERE name IN (SELECT name FROM $.rates ORDER BY name DESC LIMIT 1 FOR UPDATE SKIP LOCKED)`,
        );
    };
    const removing = remove();
    await Promise.all(Array.from({ length: 16 }, (_, worker) => work(worker)));
    stopping.abort();
    await removing;
  });

  test('never grant too much where transactions are not "read committed": some are rejected', async () => {
    const { rates } = await open({ max: 16, options: '-c default_transaction_isolation=repeatable\\ read' });
    const claim = aClaim({ perMinute: 1, burst: 10 });
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => rates.take([claim], 0)));
    const granted = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.granted).length;
    expect(granted).toBeGreaterThan(0);
    expect(granted).toBeLessThanOrEqual(10);
  });

  test('go an hour after nothing is owed any more, and not while they pause', async () => {
    const opened = await open();
    const { rates, admin } = opened;
    await rates.take(
      ['idle', 'owing', 'paused', 'young'].map((name) => aClaim({ name, perMinute: 1 })),
      0,
    );
    const now = `(extract(epoch FROM now()) * 1000)::numeric`;
    await admin(
      `UPDATE $.rates SET owed = ${now} - CASE name WHEN 'young' THEN 3500000 ELSE 3700000 END WHERE name <> 'owing'`,
    );
    await rates.pause(['paused'], HOUR_MS);
    // So many new rows that a sweep begins; of a call that was refused they owe nothing.
    const many = Array.from({ length: 500 }, (_, index) => aClaim({ name: `many-${index}` }));
    await rates.take([...many, aClaim({ name: 'paused' })], 0);
    await until('they are gone', async () => (await namesOf(opened)).length === 3);
    expect(await namesOf(opened)).toEqual(['owing', 'paused', 'young']);
  });

  test('take any time to wait and to pause, and no amount that is none', async () => {
    const opened = await open();
    const { rates } = opened;
    await rates.pause(['a'], Number.POSITIVE_INFINITY);
    await rates.pause(['b'], -5);
    await rates.pause(['b'], Number.NaN);
    expect(await rates.take([aClaim()], HOUR_MS)).toMatchObject({ granted: false });
    expect(await rates.take([aClaim({ name: 'b', amount: 1e9 })], Number.POSITIVE_INFINITY)).toEqual({
      granted: true,
      waitMs: 0,
    });
    for (const wrong of [{ amount: Number.NaN }, { perMinute: 0 }, { burst: Number.NaN }, { amount: 1e300 }])
      for (const ask of [rates.correct, (claims: RateClaim[]) => rates.take(claims, 0)])
        expect(await reasonOf(ask([aClaim({ name: 'c', ...wrong })]))).toBeInstanceOf(RangeError);
    expect((await namesOf(opened)).toSorted()).toEqual(['a', 'b']);
  });

  test.skipIf(notOurs)('reject while the server is away, and begin anew after a crash', async () => {
    const { rates, store, admin } = await open();
    const claim = aClaim({ perMinute: 1 });
    const three = { ...claim, amount: 3 };
    await admin('CHECKPOINT');
    expect(await rates.take([three], 0)).toMatchObject({ granted: true });
    expect(await rates.take([claim], 0)).toMatchObject({ granted: false });
    postgres.service?.kill();
    await until('it is rejected', async () =>
      rates.take([claim], 0).then(
        () => false,
        () => true,
      ),
    );
    await postgres.service?.restart();
    await untilWorks('it is back', () => store.health());
    expect(await rates.take([three], 0)).toEqual({ granted: true, waitMs: 0 });
    expect(await rates.take([claim], 0)).toMatchObject({ granted: false });
  });

  test.skipIf(notOurs)('are as they were after a server was stopped and started', async () => {
    const { rates, store } = await open();
    const claim = aClaim({ perMinute: 1 });
    await rates.take([{ ...claim, amount: 3 }], 0);
    postgres.service?.kill('SIGINT');
    await until('it is rejected', async () =>
      rates.take([claim], 0).then(
        () => false,
        () => true,
      ),
    );
    await postgres.service?.restart();
    await untilWorks('it is back', () => store.health());
    expect(await rates.take([claim], 0)).toMatchObject({ granted: false });
  });
});
