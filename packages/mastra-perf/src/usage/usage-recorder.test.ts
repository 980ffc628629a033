import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import type { LedgerEntry } from '../stores/ledger.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { createUsageRecorder } from './usage-recorder.ts';

const group = { agent: 'a', model: 'p/m', purpose: 'answer' };
const of = (resource: string) => ({ ...group, resource });

/** A ledger in memory that notes each batch, and can be away or slow. */
function setUp() {
  const clock = testClock();
  const ledger = memoryLedger(clock);
  const batches: (readonly LedgerEntry[])[] = [];
  const state: { away?: Error | undefined; lost: boolean; hold?: Promise<void> | undefined } = {
    lost: false,
  };
  let folded = 0;
  const recorder = createUsageRecorder({
    clock,
    random: () => 0,
    processId: 'p1',
    ledger: {
      async record(entries) {
        batches.push(entries);
        if (state.away) throw state.away;
        await ledger.record(entries);
        await state.hold;
        if (state.lost) throw new Error('the answer was lost');
      },
    },
    folded: (records) => (folded += records),
  });
  return {
    clock,
    recorder,
    batches,
    state,
    folded: () => folded,
    async sum(name: string) {
      const [row] = await ledger.report({ by: [], from: 0, to: clock.now() + 60_000 });
      return row?.counts[name] ?? 0;
    },
    agents: () => ledger.report({ by: ['agent'], from: 0, to: clock.now() + 60_000 }),
  };
}

describe('the usage recorder', () => {
  it('adds up what is equal for 250 ms, and sends it in one batch', async () => {
    const { clock, recorder, batches } = setUp();
    recorder.record(group, { modelCalls: 1, inputTokens: 10 });
    recorder.record({ ...group }, { modelCalls: 1, inputTokens: 5, outputTokens: 0 });
    recorder.record(of('r'), { modelCalls: 1 });
    clock.advance(249);
    expect(batches).toEqual([]);
    expect(recorder.isPending()).toBe(true);
    clock.advance(1);
    await settled();
    const at = clock.now() - (clock.now() % 60_000);
    expect(batches).toEqual([
      [
        { id: 'p1:0', at, group, counts: { modelCalls: 2, inputTokens: 15 } },
        { id: 'p1:1', at, group: of('r'), counts: { modelCalls: 1 } },
      ],
    ]);
    expect(recorder.isPending()).toBe(false);
    expect(clock.timers()).toBe(0);
  });

  it('keeps minutes apart', async () => {
    const { clock, recorder, batches } = setUp();
    recorder.record(group, { modelCalls: 1 });
    clock.advance(60_000);
    recorder.record(group, { modelCalls: 1 });
    await recorder.flush();
    const times = batches.flat().map(({ at }) => at);
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBe(60_000);
  });

  it('sends 500 at once without waiting', async () => {
    const { recorder, batches, sum } = setUp();
    for (let index = 0; index < 1200; index++) recorder.record(of(`r${index}`), { modelCalls: 1 });
    await settled();
    expect(batches.map(({ length }) => length)).toEqual([500, 500]);
    await recorder.flush();
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(await sum('modelCalls')).toBe(1200);
  });

  it('gathers what comes while a batch is on its way', async () => {
    const { clock, recorder, batches, state } = setUp();
    const gate = Promise.withResolvers<void>();
    state.hold = gate.promise;
    recorder.record(group, { modelCalls: 1 });
    clock.advance(250);
    for (let index = 0; index < 10; index++) recorder.record(group, { modelCalls: 1 });
    expect(batches).toHaveLength(1);
    gate.resolve();
    await settled();
    expect(batches).toHaveLength(1);
    clock.advance(250);
    await settled();
    expect(batches.map(([entry]) => entry!.counts.modelCalls)).toEqual([1, 10]);
  });

  it('sends a batch again as it was while the ledger is away, ever more seldom, and all else after it', async () => {
    const { clock, recorder, batches, state, sum } = setUp();
    state.away = new Error('away');
    recorder.record(group, { modelCalls: 1 });
    for (let second = 0; second < 60; second++) {
      clock.advance(1000);
      await settled();
      recorder.record(group, { modelCalls: 1 });
    }
    expect(batches.length).toBeGreaterThan(4);
    expect(batches.length).toBeLessThan(12);
    for (const batch of batches) expect(batch).toBe(batches[0]);
    await expect(recorder.flush()).rejects.toBe(state.away);
    state.away = undefined;
    await recorder.flush();
    expect(await sum('modelCalls')).toBe(61);
    expect(recorder.isPending()).toBe(false);
    expect(clock.timers()).toBe(0);
  });

  it('counts once what arrived although the answer was lost', async () => {
    const { recorder, state, sum, batches } = setUp();
    state.lost = true;
    recorder.record(group, { modelCalls: 1 });
    await expect(recorder.flush()).rejects.toThrow('lost');
    state.lost = false;
    await recorder.flush();
    expect(batches).toHaveLength(2);
    expect(await sum('modelCalls')).toBe(1);
  });

  it('sums up as (other) what is too much to tell apart, and says so', async () => {
    const { recorder, state, sum, agents, folded } = setUp();
    state.away = new Error('away');
    for (let index = 0; index < 12_000; index++) recorder.record(of(`r${index}`), { inputTokens: 2 });
    await expect(recorder.flush()).rejects.toThrow('away');
    state.away = undefined;
    await recorder.flush();
    expect(await sum('inputTokens')).toBe(24_000);
    expect(folded()).toBeGreaterThan(1000);
    const rows = await agents();
    const other = rows.find((row) => row.group.agent === '(other)');
    // The ledger in memory folds as well.
    expect(other!.counts.inputTokens).toBeGreaterThanOrEqual(folded() * 2);
  });

  it('loses nothing of 50,000 records that come until it is flushed', async () => {
    const { clock, recorder, sum } = setUp();
    for (let index = 0; index < 50_000; index++) {
      recorder.record(of(`r${index % 3000}`), { modelCalls: 1 });
      if (index % 5000 === 0) {
        clock.advance(250);
        await settled();
      }
    }
    await recorder.flush();
    expect(await sum('modelCalls')).toBe(50_000);
  });

  it('does not wait in a flush for what comes after it', async () => {
    const { recorder, state, batches } = setUp();
    const gate = Promise.withResolvers<void>();
    state.hold = gate.promise;
    recorder.record(group, { modelCalls: 1 });
    const flushed = recorder.flush();
    recorder.record(group, { modelCalls: 1 });
    gate.resolve();
    await flushed;
    expect(batches).toHaveLength(1);
    expect(recorder.isPending()).toBe(true);
  });

  it('makes whole numbers and plain names of whatever it is given', async () => {
    const { recorder, batches } = setUp();
    const long = 'x'.repeat(1000);
    recorder.record(
      { agent: 'a\u0000b\uD800', user: long },
      { inputTokens: 1.6, outputTokens: Number.NaN, misses: -1 },
    );
    recorder.record({ agent: 'c' }, { nanoUsd: Infinity });
    recorder.record({ agent: 'c' }, { nanoUsd: 1 });
    await recorder.flush();
    const [first, second] = batches.flat();
    expect(first!.counts).toEqual({ inputTokens: 2 });
    expect(first!.group.agent).toBe('a\uFFFDb\uFFFD');
    expect(first!.group.user).toHaveLength(256);
    expect(first!.group.user).toMatch(/^x+…[\w-]{16}$/);
    expect(second!.counts).toEqual({ nanoUsd: Number.MAX_SAFE_INTEGER });
  });

  it('tries nothing again once it is stopped', async () => {
    const { clock, recorder, batches } = setUp();
    recorder.record(group, { modelCalls: 1 });
    recorder.stop();
    clock.advance(60_000);
    await settled();
    expect(batches).toEqual([]);
    expect(clock.timers()).toBe(0);
  });
});
