import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import { handDriven, testModel, type HandDriven } from '../pipeline/test-calls.ts';
import type { Ledger } from '../stores/ledger.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { billed, guardsOn } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

const COUNTER = '["total-calls-month","total","month 2025-06-01"]';
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A guard, whose calls last as long as the test wants, and a look at what it asks of its ledger. */
function setUp(limitCalls = 1000) {
  const clock = testClock();
  const inner = memoryLedger(clock);
  const state = { mode: 'up' as 'up' | 'failing' | 'silent' };
  const extended: number[] = [];
  const ledger: Ledger = {
    ...inner,
    async extend(ids, holdMs) {
      extended.push(ids.length);
      if (state.mode === 'failing') throw new Error('away');
      if (state.mode === 'silent') return new Promise(() => undefined);
      return inner.extend(ids, holdMs);
    },
  };
  const guard = guarded([{ per: 'total', limitCalls, window: 'month', alerts: [] }], { clock, ledger });
  const answers: HandDriven[] = [];
  const model = testModel(() => {
    const parts = handDriven();
    answers.push(parts);
    return { head: {}, parts };
  });
  return {
    clock,
    inner,
    state,
    guard,
    extended,
    ask: () => guard.ask(model),
    end(answer: HandDriven) {
      answer.push(...billed(1, 1));
      answer.end();
    },
    answers,
    stands: async () => (await inner.budgets([COUNTER]))[0],
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += SECOND) {
        clock.advance(SECOND);
        await settled();
      }
    },
  };
}

describe('what a call holds', () => {
  it('is held as long as it is under way, however long that is', async () => {
    const { ask, answers, end, extended, guard, pass, stands } = setUp(1);
    const reply = await ask();
    await pass(30 * MINUTE);
    expect(extended).toEqual(Array.from({ length: 45 }, () => 1));
    expect(await stands()).toEqual({ spent: 0, held: 1 });
    await expect(ask()).rejects.toMatchObject({ spent: 0, held: 1 });
    end(answers[0]!);
    await readAll(reply);
    await guard.flush();
    expect(await stands()).toEqual({ spent: 1, held: 0 });
  });

  it('is extended with all the others in one round trip, and nothing is asked when none is under way', async () => {
    const { ask, answers, clock, end, extended, guard, pass } = setUp();
    const replies = await Promise.all(Array.from({ length: 50 }, ask));
    expect(clock.timers()).toBe(1);
    await pass(39 * SECOND);
    replies.push(await ask());
    expect(extended).toEqual([]);
    await pass(SECOND);
    expect(extended).toEqual([51]);
    answers.slice(0, 20).forEach(end);
    await Promise.all(replies.slice(0, 20).map(readAll));
    await pass(40 * SECOND);
    expect(extended).toEqual([51, 31]);
    answers.slice(20).forEach(end);
    await Promise.all(replies.slice(20).map(readAll));
    await guard.flush();
    expect(clock.timers()).toBe(0);
    await pass(5 * MINUTE);
    expect(extended).toHaveLength(2);
  });

  it.each(['fails', 'is given up'])('is held no longer when the call %s', async (how) => {
    const { ask, answers, clock, guard, stands } = setUp();
    const reply = await ask();
    if (how === 'is given up') await reply.parts.cancel();
    else {
      answers[0]!.fail(new Error('reset'));
      await expect(readAll(reply)).rejects.toThrow('reset');
    }
    await guard.flush();
    expect(clock.timers()).toBe(0);
    expect((await stands())!.held).toBe(0);
  });

  it('is held no longer when the model refuses the call', async () => {
    const { clock, guard } = setUp();
    const refusing = testModel(() => {
      throw Object.assign(new Error('no'), { statusCode: 400 });
    });
    await expect(guard.ask(refusing)).rejects.toThrow('no');
    await guard.flush();
    expect(clock.timers()).toBe(0);
  });

  it('is given back in the end where nobody reads the answer', async () => {
    const { ask, clock, pass, stands } = setUp();
    await ask();
    await pass(59 * MINUTE);
    await ask();
    await pass(4 * MINUTE);
    expect(await stands()).toEqual({ spent: 0, held: 1 });
    await pass(60 * MINUTE);
    expect(await stands()).toEqual({ spent: 0, held: 0 });
    expect(clock.timers()).toBe(0);
  });

  it('is not extended after the end', async () => {
    const { ask, clock, extended, guard, pass } = setUp();
    await ask();
    guard.stop();
    expect(clock.timers()).toBe(0);
    await ask();
    await pass(5 * MINUTE);
    expect(extended).toEqual([]);
  });
});

describe.each(['failing', 'silent'] as const)('while the ledger is away (%s)', (mode) => {
  it('asks again soon, and nothing is lost where it is back in time', async () => {
    const { ask, extended, guard, pass, stands, state } = setUp();
    await ask();
    state.mode = mode;
    await pass(40 * SECOND);
    await ask(); // while it is asked
    await pass(60 * SECOND);
    expect(extended.length).toBeGreaterThanOrEqual(5);
    expect(extended.length).toBeLessThanOrEqual(7);
    state.mode = 'up';
    await pass(10 * MINUTE);
    expect(await stands()).toEqual({ spent: 0, held: 2 });
    expect(extended.length).toBeLessThanOrEqual(7 + 16);
    expect([guard.faults, guard.events]).toEqual([[], []]);
  });

  it('a call goes on without what it held, and is charged', async () => {
    const { ask, answers, end, guard, pass, stands, state } = setUp();
    const reply = await ask();
    state.mode = mode;
    await pass(3 * MINUTE);
    state.mode = 'up';
    await pass(MINUTE);
    expect(await stands()).toEqual({ spent: 0, held: 0 });
    end(answers[0]!);
    await readAll(reply);
    await guard.flush();
    expect(await stands()).toEqual({ spent: 1, held: 0 });
    expect([guard.faults, guard.events]).toEqual([[], []]);
  });
});
