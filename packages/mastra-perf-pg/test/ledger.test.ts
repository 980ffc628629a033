import { randomUUID } from 'node:crypto';
import { service, startPostgres, until, untilWorks } from '@mastra-perf/testkit';
import { intervalStart, type BudgetClaim } from 'mastra-perf';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { aClaim, anEntry, openLedger } from './ledger-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const open = (settings?: Parameters<typeof openLedger>[1]) =>
  openLedger(postgres.service.connectionString, settings);

describe.skipIf(postgres.skip)('the ledger', () => {
  test('sends one statement for whatever it is asked', async () => {
    const { ledger, counting } = await open();
    const sent = async (ask: () => Promise<unknown>) => {
      const before = counting.roundTrips();
      await ask();
      return counting.roundTrips() - before;
    };
    const batch = Array.from({ length: 500 }, (_, n) => anEntry({ group: { user: `u${n % 50}` } }));
    expect(await sent(() => ledger.record(batch))).toBe(1);
    expect(await sent(() => ledger.record(batch))).toBe(1);
    expect(await sent(() => ledger.record([]))).toBe(0);
    const query = { by: ['user'], from: 0, to: Date.now() };
    expect(await sent(() => ledger.report(query))).toBe(1);
    expect(await ledger.report(query)).toHaveLength(50);
    const claims = [aClaim('a'), aClaim('b', { also: ['c', 'd'] }), aClaim('e')];
    expect(await sent(() => ledger.reserve('one', claims, 60_000))).toBe(1);
    expect(await sent(() => ledger.reserve('two', claims, 60_000))).toBe(1);
    expect(await sent(() => ledger.extend(['one', 'two', 'three'], 60_000))).toBe(1);
    expect(await sent(() => ledger.extend([], 60_000))).toBe(0);
    expect(await sent(() => ledger.settle('one', claims))).toBe(1);
    expect(await sent(() => ledger.release('two'))).toBe(1);
    expect(await sent(() => ledger.budgets(['a', 'b', 'c']))).toBe(1);
    expect(await sent(() => ledger.budgets([]))).toBe(0);
  });

  test('holds of a counter what its holds add up to, whatever sixteen workers did to it', async () => {
    const { ledger, admin } = await open({ max: 16 });
    const counters = ['a', 'b', 'c', 'd'];
    const ids: string[] = [];
    const work = async (worker: number) => {
      for (let call = 0; call < 25; call++) {
        // Orders differ from worker to worker, as do the counters that only count: whoever locks them in this order waits for ever.
        const turned = counters.map((_, index) => counters[(index + worker + call) % 4]!);
        const claims = [
          aClaim(turned[0]!, { limit: 500, also: [turned[3]!, `rolling-${call % 3}`] }),
          aClaim(turned[1]!, { limit: 500 }),
        ];
        const id = randomUUID();
        ids.push(id);
        const { granted } = await ledger.reserve(id, claims, call % 3 ? 60_000 : 1);
        if (call % 5 === 0) await ledger.extend(ids.slice(-40).toReversed(), 60_000 + call);
        if (granted && call % 4 === 1) await ledger.settle(id, [aClaim(turned[2]!, { amount: 1 })]);
        if (granted && call % 4 === 2) await ledger.release(id);
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, worker) => work(worker)));
    const rows = await admin(`SELECT name, held, spent,
      (SELECT COALESCE(sum(amount), 0)::bigint FROM $.budget_holds h WHERE h.counter = c.name) AS holds
      FROM $.budget_counters c WHERE name IN ('a', 'b', 'c', 'd')`);
    expect(rows).toHaveLength(4);
    for (const { held, holds, spent } of rows) {
      expect(held).toBe(holds);
      expect(Number(spent)).toBeGreaterThan(0);
    }
    // All that a call holds expires at the same time.
    const odd = `SELECT FROM $.budget_holds h LEFT JOIN $.budget_calls c ON c.id = h.id AND c.what = 'held'
      WHERE h.expires_at > 0 AND c.known_until IS DISTINCT FROM h.expires_at`;
    expect(await admin(odd)).toEqual([]);
  });

  test('keeps the limit where two roll over each other, neither of which was ever used', async () => {
    const { ledger } = await open({ max: 16 });
    for (let round = 0; round < 20; round++) {
      const [one, two] = [`one-${round}`, `two-${round}`];
      const ask = async (counter: string, also: string) =>
        ledger.reserve(randomUUID(), [aClaim(counter, { also: [also], amount: 60 })], 60_000);
      const answers = await Promise.all([ask(one, two), ask(two, one), ask(one, two), ask(two, one)]);
      expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
    }
  });

  test('never passes a limit where transactions are not "read committed": some are rejected', async () => {
    const { ledger } = await open({ max: 16, options: '-c default_transaction_isolation=repeatable\\ read' });
    const ask = async (claim: BudgetClaim) => ledger.reserve(randomUUID(), [claim], 60_000);
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => ask(aClaim('a'))));
    const granted = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.granted).length;
    const [state] = await ledger.budgets(['a']);
    expect(state).toEqual({ spent: 0, held: 10 * granted });
    expect(granted).toBeGreaterThan(0);
    expect(granted).toBeLessThanOrEqual(10);
  });

  test('counts what overlapping lists have in common once, in sums as in what is kept', async () => {
    const { ledger, admin } = await open();
    const begin = intervalStart(Date.now() - 5 * 3_600_000, 'hour');
    const entries = Array.from({ length: 60 }, (_, n) =>
      anEntry({ id: `call-${n}`, at: begin + 59_999 * n }),
    );
    await Promise.all(
      Array.from({ length: 16 }, (_, n) => {
        const list = [...entries.slice(n), ...entries.slice(0, n + 5)];
        return ledger.record(n % 2 ? list : list.toReversed());
      }),
    );
    const [kept] = await admin('SELECT count(*)::int AS count FROM $.ledger_entries');
    expect(kept).toEqual({ count: 60 });
    const sums = await admin<{ kind: number; counts: unknown }>(
      `SELECT kind, counts FROM $.ledger_sums WHERE kind > 1 ORDER BY 1`,
    );
    expect(sums).toEqual([2, 3, 4].map((kind) => ({ kind, counts: { calls: 60, tokens: 600 } })));
  });

  test.each([
    ['earlier', 'later'],
    ['later', 'earlier'],
  ])('writes entries in one order, as given %s before %s: of two who meet one goes on', async (...ids) => {
    const { ledger, schema, admin } = await open();
    const slow = new Client({ connectionString: postgres.service.connectionString });
    await slow.connect();
    onTestFinished(() => slow.end());
    const now = Date.now();
    const insert = (id: string, at: number) =>
      slow.query(`INSERT INTO "${schema}".ledger_entries VALUES ($1, $2, '{}', '{}')`, [at, id]);
    await slow.query('BEGIN');
    await insert('later', now);
    const recorded = ledger.record(ids.map((id) => anEntry({ id, at: id === 'later' ? now : now - 1 })));
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || '${schema}' || '%' AND pid <> pg_backend_pid()`;
    await until('it waits', async () => (await admin(waiting)).length === 1);
    await slow.query(`SET LOCAL lock_timeout = '20ms'`);
    await expect(insert('earlier', now - 1)).rejects.toThrow('lock timeout');
    await slow.query('ROLLBACK');
    await recorded;
    expect(await admin('SELECT count(*)::int AS count FROM $.ledger_entries')).toEqual([{ count: 2 }]);
  });

  test.skipIf(!postgres.skip && !postgres.service.owned)('outlives a crash of the server', async () => {
    const { ledger, store, admin } = await open();
    await ledger.record([anEntry({ group: { agent: 'crashed' } })]);
    await ledger.settle('settled', [aClaim('a', { amount: 7 })]);
    await ledger.reserve('held', [aClaim('a')], 60_000);
    await admin('CHECKPOINT');
    postgres.service?.kill();
    await postgres.service?.restart();
    await untilWorks('it is back', () => store.health());
    expect(await ledger.budgets(['a'])).toEqual([{ spent: 7, held: 10 }]);
    await ledger.settle('settled', [aClaim('a', { amount: 7 })]);
    await ledger.settle('held', [aClaim('a', { amount: 1 })]);
    expect(await ledger.budgets(['a'])).toEqual([{ spent: 8, held: 0 }]);
    const rows = await ledger.report({ by: ['agent'], from: 0, to: Date.now() + 1 });
    expect(rows).toEqual([{ group: { agent: 'crashed' }, counts: { calls: 1, tokens: 10 } }]);
  });
});
