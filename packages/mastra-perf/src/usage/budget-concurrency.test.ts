import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import type { Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { readerAfter } from '../pipeline/reader.ts';
import { handDriven, replyOf, testModel } from '../pipeline/test-calls.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { isPerfError } from '../errors.ts';
import { billed, guardsOn, testPrices } from './test-budgets.ts';
import { toNanoUsd } from './usage-counts.ts';

const guarded = guardsOn(memoryLedger);

const COUNTER = '["total-usd-day","total","day 2025-06-15"]';
const OUTPUT = 500;
/** 1,000 tokens of input and 500 of output, in nano-dollars. */
const RESERVATION = 1_000_000 + 5_000_000;

type Way = 'answers' | 'streams slowly' | 'refuses' | 'fails late' | 'is given up' | 'reports nothing';
const ways = fc.constantFrom<Way>(
  'answers',
  'answers',
  'streams slowly',
  'refuses',
  'fails late',
  'is given up',
  'reports nothing',
);
interface Behaviour {
  readonly way: Way;
  readonly input: number;
  readonly output: number;
  readonly turns: number;
}
const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  way: ways,
  input: fc.integer({ min: 0, max: 1000 }),
  output: fc.integer({ min: 0, max: OUTPUT }),
  turns: fc.integer({ min: 0, max: 6 }),
});

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** 200 calls at once, by turns of the guards, which share a ledger as processes do. */
async function burst(calls: readonly Behaviour[], limit: number, guards: number) {
  const clock = testClock();
  const ledger = memoryLedger(clock);
  const prices = testPrices(clock);
  const all = Array.from({ length: guards }, () =>
    guarded([{ per: 'total', limitUsd: limit / 1e9, window: 'day' }], { clock, ledger }),
  );
  let bill = 0;
  let estimates = 0;
  const overdrawn: number[] = [];
  const look = async (): Promise<void> => {
    const [state] = await ledger.budgets([COUNTER]);
    if (state!.spent + state!.held > limit) overdrawn.push(state!.spent + state!.held);
  };
  const parts = (input: number, output: number) => billed(input, output);
  const results = await Promise.all(
    calls.map(async ({ way, input, output, turns: wait }, index) => {
      const controller = new AbortController();
      const usage = { inputTokens: input, outputTokens: output };
      const model = testModel(async (): Promise<Reply> => {
        await turns(wait);
        await look();
        if (way === 'refuses') throw Object.assign(new Error('refused'), { statusCode: 503 });
        if (way === 'answers' || way === 'streams slowly')
          bill += toNanoUsd(prices.usdOf('test', 'model', usage)!);
        else estimates++;
        if (way === 'answers') return replyOf(parts(input, output));
        if (way === 'reports nothing') return replyOf(parts(input, output).slice(0, 4));
        const late = handDriven();
        const told = parts(input, output);
        void turns(wait).then(() => {
          if (way === 'streams slowly') return (late.push(...told), late.end());
          return late.fail(new Error('lost'));
        });
        return { head: {}, parts: readerAfter(told.slice(0, 3), late) };
      });
      try {
        const reply = await all[index % guards]!.ask(model, {
          request: {
            maxOutputTokens: OUTPUT,
            responseFormat: { type: 'json' },
            abortSignal: controller.signal,
          },
        });
        if (way === 'is given up') {
          await reply.parts.read();
          await reply.parts.cancel();
        } else await readAll(reply);
        return 'done';
      } catch (error) {
        return isPerfError(error) ? 'refused' : 'failed';
      }
    }),
  );
  await Promise.all(all.map((guard) => guard.flush()));
  const [state] = await ledger.budgets([COUNTER]);
  const faults = all.flatMap((guard) => guard.faults);
  return { results, bill, estimates, overdrawn, faults, ...state! };
}

describe('200 calls at once on one budget', () => {
  it.each([1, 2])('never spend more than it, and leave nothing held (%i processes)', async (guards) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { minLength: 200, maxLength: 200 }),
        fc.integer({ min: 0, max: 60 }),
        async (calls, reservations) => {
          const limit = reservations * RESERVATION + 1234;
          const { spent, held, bill, estimates, overdrawn, faults } = await burst(calls, limit, guards);
          expect(faults).toEqual([]);
          expect(overdrawn).toEqual([]);
          expect(spent).toBeLessThanOrEqual(limit);
          expect(held).toBe(0);
          if (estimates === 0) expect(spent).toBe(bill);
          else expect(spent).toBeGreaterThanOrEqual(bill);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('spend all of it but less than one reservation, when refused callers come again', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const guards = [0, 1].map(() =>
      guarded([{ per: 'total', limitUsd: 0.1, window: 'day' }], { clock, ledger }),
    );
    let bill = 0;
    const model = testModel(async (_asked, index) => {
      await turns(index % 5);
      const [input, output] = [(index * 37) % 1000, (index * 101) % OUTPUT];
      bill += input * 1_000 + output * 10_000;
      return replyOf(billed(input, output));
    });
    let wanted = 0;
    const worker = async (guard: (typeof guards)[number]): Promise<void> => {
      while (wanted++ < 2000) {
        try {
          const request = { maxOutputTokens: OUTPUT, responseFormat: { type: 'json' } };
          await readAll(await guard.ask(model, { request }));
        } catch (error) {
          if (!isPerfError(error)) throw error;
          await turns(1);
          clock.advance(50);
        }
      }
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => worker(guards[index % 2]!)));
    await Promise.all(guards.map((guard) => guard.flush()));
    const [state] = await ledger.budgets([COUNTER]);
    expect(state).toEqual({ spent: bill, held: 0 });
    expect(bill).toBeLessThanOrEqual(100_000_000);
    expect(100_000_000 - bill).toBeLessThan(RESERVATION);
  });
});
