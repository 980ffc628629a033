import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { memoryLedger } from './memory-ledger.ts';
import { LEDGER_REPEAT_MS, type LedgerInterval, type LedgerQuery } from './ledger.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

function setUp(bounds?: Parameters<typeof memoryLedger>[1]) {
  const steady = testClock();
  let jumped = 0;
  const clock = { ...steady, now: () => steady.now() + jumped };
  const ledger = memoryLedger(clock, bounds);
  let ids = 0;
  const use = (group: Record<string, string>, { calls = 1, at = clock.now(), id = `e${++ids}` } = {}) =>
    ledger.record([{ id, at, group, counts: { calls } }]);
  const report = async (query: Partial<LedgerQuery> = {}) => {
    const rows = await ledger.report({ by: [], from: 0, to: Number.MAX_SAFE_INTEGER, ...query });
    return rows.map(({ group, counts }) => [...Object.values(group), counts['calls']].join(' ')).toSorted();
  };
  return {
    clock,
    ledger,
    use,
    report,
    /** Somebody sets the time. */
    jump: (ms: number) => void (jumped += ms),
    countOf: async (interval: LedgerInterval) =>
      (await ledger.report({ by: [], from: 0, to: Number.MAX_SAFE_INTEGER, interval })).length,
  };
}

describe('the sums of a ledger in memory', () => {
  it('are kept by the minute for a day, by the hour for 35, by the day for 400 and by the month for ten years', async () => {
    const { clock, use, countOf, report } = setUp();
    await use({});
    const ages: Array<[days: number, kept: LedgerInterval[]]> = [
      [1, ['minute', 'hour', 'day', 'month']],
      [1.001, ['hour', 'day', 'month']],
      [35, ['hour', 'day', 'month']],
      [35.05, ['day', 'month']],
      [400, ['day', 'month']],
      [401, ['month']],
      [3650, ['month']],
      [3682, []],
    ];
    let age = 0;
    for (const [days, kept] of ages) {
      clock.advance((days - age) * DAY_MS);
      age = days;
      for (const interval of ['minute', 'hour', 'day', 'month'] as const)
        expect([days, interval, await countOf(interval)]).toEqual([
          days,
          interval,
          kept.includes(interval) ? 1 : 0,
        ]);
      expect(await report()).toEqual(kept.length > 0 ? ['1'] : []);
    }
  });

  it('go when others begin: years of use take the memory of what is kept', async () => {
    const { clock, use, ledger } = setUp({ groupsPerInterval: 10, groupsInAll: 2 + 36 + 401 + 28 * 11 });
    const before = clock.now();
    for (let day = 0; day < 800; day++) {
      await use({ user: `${day}` });
      clock.advance(DAY_MS);
    }
    const rows = async (interval: LedgerInterval) =>
      (await ledger.report({ by: ['user'], from: before, to: clock.now(), interval })).length;
    expect([await rows('minute'), await rows('hour'), await rows('day')]).toEqual([1, 35, 400]);
  });

  it('that come late are added to what is still kept of their time', async () => {
    const { clock, use, countOf } = setUp();
    await use({}, { at: clock.now() - 2 * DAY_MS });
    expect([await countOf('minute'), await countOf('hour'), await countOf('month')]).toEqual([0, 1, 1]);
  });

  it('fold groups beyond the bound of an interval, and stay exact', async () => {
    const { clock, use, report } = setUp({ groupsPerInterval: 2, groupsInAll: 1000 });
    for (const user of ['a', 'b', 'c', 'd', 'a', 'c']) await use({ user });
    await use({ user: 'e', agent: 'x' });
    await use({ user: '(other)' });
    expect(await report({ by: ['user'] })).toEqual(['(other) 5', 'a 2', 'b 1']);
    expect(await report({ by: ['agent', 'user'] })).toEqual(['(other) (other) 1', '(other) 4', 'a 2', 'b 1']);
    expect(await report()).toEqual(['8']);
    clock.advance(MINUTE_MS);
    await use({ user: 'c' });
    expect(await report({ by: ['user'], from: clock.now() })).toEqual(['c 1']);
    expect(await report()).toEqual(['9']);
  });

  it('tell 10,000 groups apart in an interval, and no more', async () => {
    const { ledger, report } = setUp();
    const [at, counts] = [1_750_000_000_000, { calls: 1 }];
    for (let user = 0; user < 10_050; user++)
      await ledger.record([{ id: `${user}`, at, group: { user: `${user}` }, counts }]);
    const rows = await report({ by: ['user'], interval: 'day' });
    expect(rows).toHaveLength(10_001);
    expect(rows).toContain('(other) 50');
    expect(await report()).toEqual(['10050']);
  });

  it('lose the earliest of the finest when there are too many, and reports of their time are coarser', async () => {
    const { clock, use, countOf, report } = setUp({ groupsPerInterval: 100, groupsInAll: 40 });
    const begin = clock.now() - (clock.now() % HOUR_MS) + HOUR_MS;
    clock.advance(begin - clock.now());
    for (let minute = 0; minute < 60; minute++) {
      await use({});
      clock.advance(MINUTE_MS);
    }
    expect([await countOf('minute'), await countOf('hour')]).toEqual([37, 1]);
    expect(await report()).toEqual(['60']);
    expect(await report({ from: begin + 30 * MINUTE_MS })).toEqual(['30']);
    expect(await report({ from: begin + 10 * MINUTE_MS })).toEqual(['60']);
    expect(await report({ from: begin, to: begin + 30 * MINUTE_MS })).toEqual(['60']);
    for (let day = 0; day < 60; day++) {
      await use({});
      clock.advance(DAY_MS);
    }
    expect(await report()).toEqual(['120']);
    expect(await countOf('month')).toBe(3);
  });

  it('of now are never lost, whatever there is', async () => {
    const { clock, use, report } = setUp({ groupsPerInterval: 100, groupsInAll: 1 });
    await use({ user: 'a' });
    await use({ user: 'b' }, { at: clock.now() + DAY_MS });
    await use({ user: 'a' });
    for (const interval of ['minute', 'hour', 'day', 'month'] as const)
      expect(await report({ by: ['user'], to: clock.now() + 1, interval })).toContain('a 2');
  });

  it('know an id for an hour at least, and forget it in two', async () => {
    const { clock, use, report } = setUp();
    const entry = { id: 'once', at: clock.now() };
    for (const [wait, count] of [
      [0, 1],
      [0, 1],
      [LEDGER_REPEAT_MS - 1, 1],
      [LEDGER_REPEAT_MS + 1, 2],
    ] as const) {
      clock.advance(wait);
      await use({}, entry);
      expect(await report()).toEqual([`${count}`]);
    }
  });

  it('go on where they were when the time is set back', async () => {
    const { clock, use, report, jump } = setUp();
    await use({});
    jump(-3 * DAY_MS);
    await use({});
    expect(await report({ from: clock.now() - HOUR_MS, to: clock.now() + HOUR_MS })).toEqual(['1']);
    jump(3 * DAY_MS);
    expect(await report()).toEqual(['2']);
  });

  it('go on when the time was wrong by years and is set right', async () => {
    const { clock, use, report, jump } = setUp();
    await use({ user: 'before' });
    jump(30 * 365 * DAY_MS);
    await use({ user: 'in the future' });
    jump(-30 * 365 * DAY_MS);
    await use({ user: 'now' });
    await use({ user: 'now' });
    const today = { from: clock.now() - DAY_MS, to: clock.now() + 1, by: ['user'] };
    expect(await report(today)).toEqual(['now 2']);
    clock.advance(MINUTE_MS);
    await use({ user: 'now' });
    expect(await report({ ...today, to: clock.now() + 1 })).toEqual(['now 3']);
  });
});

function budgetsUp() {
  const { ledger, clock, jump } = setUp();
  const expiresAt = clock.now() + 30 * DAY_MS;
  const claim = { counter: 'c', limit: 100, amount: 10, expiresAt };
  const state = async (counter = 'c') => (await ledger.budgets([counter]))[0];
  return { ledger, clock, jump, claim, state };
}

describe('the budgets of a ledger in memory', () => {
  it('are held as long as was asked for, whatever the time is set to', async () => {
    const { ledger, clock, jump, claim, state } = budgetsUp();
    await ledger.reserve('a', [claim], 1000);
    jump(-DAY_MS);
    clock.advance(999);
    expect(await state()).toEqual({ spent: 0, held: 10 });
    jump(DAY_MS);
    expect(await state()).toEqual({ spent: 0, held: 10 });
    clock.advance(1);
    expect(await state()).toEqual({ spent: 0, held: 0 });
  });

  it('keep what was spent when the time is set back', async () => {
    const { ledger, jump, claim, state } = budgetsUp();
    await ledger.settle('a', [{ ...claim, amount: 100 }]);
    jump(-DAY_MS);
    expect(await ledger.reserve('b', [claim], 1000)).toMatchObject({ granted: false });
    expect(await state()).toEqual({ spent: 100, held: 0 });
  });

  it('give back each of many holds at its time', async () => {
    const { ledger, clock, claim, state } = budgetsUp();
    for (let call = 1; call <= 200; call++)
      await ledger.reserve(`${call}`, [{ ...claim, amount: 1, limit: 1000 }], (call * 7) % 201);
    for (let ms = 0; ms <= 201; ms += 3) {
      const due = Array.from({ length: 200 }, (_, index) => ((index + 1) * 7) % 201).filter(
        (end) => end > ms,
      );
      expect(await state()).toEqual({ spent: 0, held: due.length });
      clock.advance(3);
    }
  });

  it('do not hold again what nobody looked at since its time was over', async () => {
    const { ledger, clock, claim, state } = budgetsUp();
    await ledger.reserve('a', [claim], 1000);
    clock.advance(1000);
    await ledger.extend(['a'], 1000);
    expect(await state()).toEqual({ spent: 0, held: 0 });
  });

  it('do not give back on a new counter what was held on one that is forgotten', async () => {
    const { ledger, clock, claim, state } = budgetsUp();
    await ledger.reserve('a', [{ ...claim, expiresAt: clock.now() + 10 }], 1000);
    clock.advance(10);
    expect(await state()).toEqual({ spent: 0, held: 0 });
    await ledger.reserve('b', [claim], 1000);
    await ledger.release('a');
    expect(await state()).toEqual({ spent: 0, held: 10 });
  });

  it('are kept when thousands of others are forgotten', async () => {
    const { ledger, clock, claim, state } = budgetsUp();
    await ledger.settle('long', [claim]);
    for (let call = 0; call < 5000; call++) {
      await ledger.settle(`${call}`, [{ counter: `c${call}`, amount: 1, expiresAt: clock.now() + 5 }]);
      clock.advance(1);
    }
    expect(await ledger.budgets(['c', 'c0', 'c4990', 'c4999'])).toEqual([
      { spent: 10, held: 0 },
      { spent: 0, held: 0 },
      { spent: 0, held: 0 },
      { spent: 1, held: 0 },
    ]);
    expect(await state()).toEqual({ spent: 10, held: 0 });
  });

  it('know for an hour at least what is over, and forget it in two', async () => {
    const { ledger, clock, claim, state } = budgetsUp();
    await ledger.settle('settled', [claim]);
    await ledger.release('released');
    clock.advance(LEDGER_REPEAT_MS - 1);
    await ledger.settle('settled', [claim]);
    expect(await ledger.reserve('released', [claim], 1000)).toMatchObject({ refused: 'over' });
    expect(await state()).toEqual({ spent: 10, held: 0 });
    clock.advance(LEDGER_REPEAT_MS + 1);
    expect(await ledger.reserve('released', [claim], 1000)).toMatchObject({ granted: true });
  });
});
