import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { MessageBatcher } from './message-batcher.ts';
import { testBatchAgent, type SeenCall, type TestReply } from './test-batch-agent.ts';

vi.setConfig({ testTimeout: 120_000 });

const MAX = { maxSize: 4, maxTokens: 20, maxWaitMs: 100, timeout: 1000, maxParallel: 3 };

type Step =
  | { readonly do: 'ask'; readonly key: string; readonly length: number }
  | { readonly do: 'leave' | 'answer' | 'garble' | 'fail' | 'refuse' | 'hang up'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'flush' };

const ask = fc.record({
  do: fc.constant('ask' as const),
  key: fc.constantFrom('a', 'b', 'c'),
  length: fc.integer({ min: 12, max: 30 }),
});
const move = fc.record({
  do: fc.constantFrom('leave', 'answer', 'garble', 'fail', 'refuse', 'hang up'),
  which: fc.nat(20),
});
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.nat(120) });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: ask },
    { weight: 4, arbitrary: move as fc.Arbitrary<Step> },
    { weight: 2, arbitrary: pass },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'flush' }) },
  ),
  { maxLength: 60 },
);

interface Caller {
  readonly key: string;
  readonly message: string;
  readonly abort: AbortController;
  settlements: number;
  result?: { readonly response: string } | { readonly error: unknown };
}

interface Open extends SeenCall {
  readonly reply: PromiseWithResolvers<TestReply>;
  isDone: boolean;
}

/** A batcher, its callers and its agent, every move of which is made from outside. */
function stage() {
  const clock = testClock();
  const calls: Open[] = [];
  const callers: Caller[] = [];
  const callerOf = (message: string) => callers.find((one) => one.message === message)!;
  let busy = 0;
  const agent = testBatchAgent(async (call) => {
    const open = { ...call, reply: Promise.withResolvers<TestReply>(), isDone: false };
    calls.push(open);
    const keys = call.items.map(({ message }) => callerOf(message).key);
    expect(new Set(keys).size, 'one key').toBe(1);
    expect(call.items.length).toBeLessThanOrEqual(MAX.maxSize);
    const tokens = call.items.reduce((sum, { message }) => sum + tokensOf(message), 0);
    expect(call.items.length === 1 || tokens <= MAX.maxTokens, `${tokens} tokens`).toBe(true);
    for (const { message } of call.items)
      expect(callerOf(message).abort.signal.aborted, 'who has left is not asked for').toBe(false);
    const order = call.items.map(({ message }) => callers.indexOf(callerOf(message)));
    expect(order, 'in the order of arrival').toEqual(order.toSorted((a, b) => a - b));
    expect(++busy).toBeLessThanOrEqual(
      MAX.maxParallel + calls.filter(({ options }) => options.abortSignal.aborted).length,
    );
    return open.reply.promise.finally(() => busy--);
  });
  const batcher = new MessageBatcher(agent, { ...MAX, countTokens: tokensOf }, { clock });
  return { clock, calls, callers, batcher };
}

/** Messages are of different lengths, and count as a third of them. */
const tokensOf = (message: string): number => Math.ceil(message.length / 3);
const answerTo = (message: string): string => `answer to ${message}`;

function answersOf(call: SeenCall, which: number): TestReply {
  const right = call.items.map(({ id, message }) => ({ id, response: answerTo(message), confidence: 1 }));
  return { object: { answers: right.slice(which % 2) }, totalUsage: { inputTokens: 7, outputTokens: 3 } };
}

/** Of everything that can be wrong something, in the order of the items or in another one. */
function garbled(call: SeenCall, which: number): TestReply {
  const right = call.items.map(({ id, message }) => ({ id, response: answerTo(message), confidence: 1 }));
  const wrong = [
    undefined,
    { answers: 'none' },
    { answers: [...right, ...right] },
    { answers: right.map((one) => ({ ...one, id: `${one.id}x` })) },
    { answers: right.map((one) => ({ ...one, response: null })).toReversed() },
    { answers: [...right.toReversed(), { ...right[0], response: 'of somebody else' }] },
  ];
  return { object: wrong[which % wrong.length], totalUsage: { inputTokens: 7, outputTokens: 3 } };
}

it('settles each caller once, with its own answer, whoever leaves and whatever fails', async () => {
  const endWatch = watchUnhandled();
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const { clock, calls, callers, batcher } = stage();
      const open = () => calls.filter(({ isDone }) => !isDone);
      const end = (which: number, how: (call: Open) => void): void => {
        const call = open()[which % Math.max(1, open().length)];
        if (!call) return;
        call.isDone = true;
        how(call);
      };
      for (const step of all) {
        if (step.do === 'ask') {
          const message = `${callers.length}:`.padEnd(step.length * 2, 'x');
          const caller: Caller = {
            key: step.key,
            message,
            abort: new AbortController(),
            settlements: 0,
          };
          callers.push(caller);
          batcher.process(step.key, message, { signal: caller.abort.signal }).then(
            (result) => {
              caller.settlements++;
              caller.result = result;
            },
            (error: unknown) => {
              caller.settlements++;
              caller.result = { error };
            },
          );
        } else if (step.do === 'leave')
          callers[step.which % Math.max(1, callers.length)]?.abort.abort('left');
        else if (step.do === 'pass') clock.advance(step.ms);
        else if (step.do === 'flush') void batcher.flush();
        else if (step.do === 'answer')
          end(step.which, (call) => call.reply.resolve(answersOf(call, step.which)));
        else if (step.do === 'garble')
          end(step.which, (call) => call.reply.resolve(garbled(call, step.which)));
        else if (step.do === 'fail') end(step.which, ({ reply }) => reply.reject(new Error('model')));
        else if (step.do === 'refuse')
          end(step.which, ({ reply }) => reply.reject(Object.assign(new Error('no'), { statusCode: 500 })));
        else end(step.which, () => undefined); // never answered
        await settled();
      }
      const closing = batcher.close();
      clock.advance(MAX.timeout);
      await settled();
      await closing;
      for (const { settlements, result, message } of callers) {
        expect(settlements).toBe(1);
        if (result && 'response' in result) expect(result.response).toBe(answerTo(message));
        else if (result?.error !== 'left') expect(result?.error).toMatchObject({ code: 'MASTRA_PERF_BATCH' });
      }
      const { answered, failed, left, ...stats } = batcher.stats();
      expect(stats).toMatchObject({ messages: callers.length, open: 0, waiting: 0, calls: calls.length });
      expect(answered + failed + left, 'each is counted once').toBe(callers.length);
      expect(clock.timers()).toBe(0);
    }),
    { numRuns: 500 },
  );
  await endWatch();
});
