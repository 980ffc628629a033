import { service, startPostgres, until } from '@mastra-perf/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { aClaim, anEntry, DAY_MS, openLedger } from './ledger-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

type Opened = Awaited<ReturnType<typeof openLedger>>;
const open = () => openLedger(postgres.service.connectionString);

const nameOf = (month: Date): string => `ledger_entries_${month.toISOString().slice(0, 7).replace('-', '_')}`;
/** The month in which `now` is, and those after and before it. */
const monthOf = (offset: number): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
};
const tables = async ({ admin, schema }: Opened): Promise<string[]> => {
  const rows = await admin<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = '"${schema}"'::regnamespace AND relname ~ '^ledger_entries' AND relkind = 'r' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
const madePartition = async ({ admin }: Opened, offset: number): Promise<string> => {
  const [name, from, to] = [nameOf(monthOf(offset)), +monthOf(offset), +monthOf(offset + 1)];
  await admin(`CREATE TABLE $.${name} PARTITION OF $.ledger_entries FOR VALUES FROM (${from}) TO (${to})`);
  return name;
};
/** So much that a sweep begins. */
const recordMuch = ({ ledger }: Opened) => ledger.record(Array.from({ length: 250 }, () => anEntry()));

describe.skipIf(postgres.skip)('the tables of the ledger', () => {
  test('are there for this month and the next, and take what is of them', async () => {
    const opened = await open();
    const [now, next] = [nameOf(monthOf(0)), nameOf(monthOf(1))];
    expect(await tables(opened)).toEqual([now, next, 'ledger_entries_rest']);
    await opened.ledger.record([anEntry(), anEntry({ at: +monthOf(1) }), anEntry({ at: +monthOf(-1) })]);
    for (const name of [now, next, 'ledger_entries_rest'])
      expect(await opened.admin(`SELECT count(*)::int AS count FROM $.${name}`)).toEqual([{ count: 1 }]);
  });

  test('are made when a month begins, with what was recorded of it until then; it is not counted again', async () => {
    const opened = await open();
    const { admin, ledger } = opened;
    await admin(`DROP TABLE $.${nameOf(monthOf(0))}, $.${nameOf(monthOf(1))}`);
    const early = anEntry({ group: { agent: 'early' } });
    await ledger.record([early]);
    expect(await tables(opened)).toEqual(['ledger_entries_rest']);
    await recordMuch(opened);
    await until('they are made', async () => (await tables(opened)).length === 3);
    expect(await admin('SELECT count(*)::int AS count FROM $.ledger_entries_rest')).toEqual([{ count: 0 }]);
    await ledger.record([early]);
    const rows = await ledger.report({ by: ['agent'], from: Date.now() - DAY_MS / 2, to: Date.now() + 1 });
    expect(rows.find(({ group }) => group['agent'] === 'early')?.counts['calls']).toBe(1);
  });

  test('go when their month is over for long, unless something in them is young', async () => {
    const opened = await open();
    const [older, old, young] = [
      await madePartition(opened, -6),
      await madePartition(opened, -5),
      await madePartition(opened, -1),
    ];
    await opened.ledger.record([-6, -5, -1].map((offset) => anEntry({ at: +monthOf(offset) })));
    await opened.admin(`UPDATE $.${older} SET recorded_at = now() - interval '1 day'`);
    await opened.admin(`UPDATE $.${young} SET recorded_at = now() - interval '1 day'`);
    await recordMuch(opened);
    await until('one is gone', async () => !(await tables(opened)).includes(older));
    expect(await tables(opened)).toEqual(expect.arrayContaining([old, young]));
    // Only what is kept as it was has gone: the sums are as they were.
    const query = { by: [], from: +monthOf(-6), to: +monthOf(-5), interval: 'month' } as const;
    expect(await opened.ledger.report(query)).toEqual([
      { group: {}, start: +monthOf(-6), counts: { calls: 1, tokens: 10 } },
    ]);
  });

  test('lose what has expired, and nothing else', async () => {
    const opened = await open();
    const { admin, ledger } = opened;
    const now = Date.now();
    await ledger.record([anEntry({ at: now - 3 * DAY_MS }), anEntry({ at: now - 100 * DAY_MS })]);
    await admin(`UPDATE $.ledger_entries SET recorded_at = now() - interval '1 day'`);
    await recordMuch(opened);
    const ofSums = `SELECT kind, count(*)::int AS count FROM $.ledger_sums WHERE start < ${now - 2.5 * DAY_MS} GROUP BY 1 ORDER BY 1`;
    const left = async () => (await admin<{ kind: number }>(ofSums)).map(({ kind }) => kind);
    await until('the minutes are gone', async () => !(await left()).includes(1));
    const entries = `SELECT count(*)::int AS count FROM $.ledger_entries WHERE at < ${now - 50 * DAY_MS}`;
    await until('an old entry is gone', async () => (await admin(entries))[0]!['count'] === 0);
    expect(await left()).toEqual([2, 3, 4]);
    const always = { by: [], from: 0, to: now + DAY_MS };
    expect((await ledger.report(always))[0]?.counts).toEqual({ calls: 252, tokens: 2520 });
  });

  test('lose calls and counters that are over, with what was held on them', async () => {
    const opened = await open();
    const { admin, ledger } = opened;
    await ledger.settle('old', []);
    await ledger.reserve('lost', [aClaim('short', { expiresAt: Date.now() + 1000 }), aClaim('long')], 60_000);
    await admin(`UPDATE $.budget_calls SET known_until = 1 WHERE id = 'old'`);
    await admin(`UPDATE $.budget_counters SET ends_at = 1 WHERE name = 'short'`);
    await Promise.all(Array.from({ length: 500 }, (_, n) => ledger.release(`call-${n}`)));
    const holds = async () =>
      (await admin('SELECT counter FROM $.budget_holds')).map(({ counter }) => counter);
    await until('they are gone', async () => (await holds()).join() === 'long');
    const calls = `SELECT id FROM $.budget_calls WHERE id IN ('old', 'lost')`;
    expect(await admin(calls)).toEqual([{ id: 'lost' }]);
    expect(await admin('SELECT name FROM $.budget_counters')).toEqual([{ name: 'long' }]);
    expect(await ledger.budgets(['short', 'long'])).toEqual([
      { spent: 0, held: 0 },
      { spent: 0, held: 10 },
    ]);
  });
});
