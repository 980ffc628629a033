import { describe, expect, it, vi } from 'vitest';
import { PerfError } from '../errors.ts';
import type { Middleware, ModelCall, Next, Reply } from './call.ts';
import { compose } from './compose.ts';
import { answerOf, callOf, replyOf, testModel, textFrom } from './test-calls.ts';

const middleware = (name: string, run: (call: ModelCall, next: Next) => Promise<Reply>): Middleware => ({
  name,
  run,
});
const through = middleware('through', (_call, next) => next());

function setUp(...middlewares: Middleware[]) {
  const fault = vi.fn();
  const model = testModel(() => replyOf(answerOf('hello')));
  return { fault, model, run: compose([through, ...middlewares, through], fault) };
}

describe('compose', () => {
  it('runs middlewares from the first to the model and back', async () => {
    const order: string[] = [];
    const named = (name: string) =>
      middleware(name, async (_call, next) => {
        order.push(`${name} in`);
        const reply = await next();
        order.push(`${name} out`);
        return reply;
      });
    const { run, model } = setUp(named('one'), named('two'));
    expect(await textFrom(run(callOf(model)))).toBe('hello');
    expect(order).toEqual(['one in', 'two in', 'two out', 'one out']);
    expect(model.asked).toHaveLength(1);
  });

  it('hands a changed call on, and the same call when nothing is given', async () => {
    const change = middleware('change', (call, next) =>
      next({ ...call, request: { ...call.request, seed: 7 }, method: 'generate' }),
    );
    const { run, model } = setUp(change);
    const call = callOf(model);
    await run(call);
    expect(model.asked).toEqual([{ method: 'generate', request: { ...call.request, seed: 7 } }]);
    expect(call.request).not.toHaveProperty('seed');
  });

  it('lets a middleware answer without the model', async () => {
    const { run, model } = setUp(middleware('answer', async () => replyOf(answerOf('stored'))));
    expect(await textFrom(run(callOf(model)))).toBe('stored');
    expect(model.asked).toEqual([]);
  });

  it('asks the model itself when there are no middlewares', async () => {
    const model = testModel(() => replyOf(answerOf('hello')));
    expect(await textFrom(compose([], vi.fn())(callOf(model)))).toBe('hello');
  });
});

describe('compose, with a middleware that is broken', () => {
  const broken = new TypeError('bug');

  it('skips it when it fails before it has asked', async () => {
    const { run, model, fault } = setUp(
      middleware('broken', () => {
        throw broken;
      }),
    );
    expect(await textFrom(run(callOf(model)))).toBe('hello');
    expect(model.asked).toHaveLength(1);
    expect(fault.mock.calls).toEqual([['broken', broken]]);
  });

  it('keeps the answer when it fails afterwards', async () => {
    const { run, model, fault } = setUp(
      middleware('broken', async (_call, next) => {
        await next();
        throw broken;
      }),
    );
    expect(await textFrom(run(callOf(model)))).toBe('hello');
    expect(model.asked).toHaveLength(1);
    expect(fault.mock.calls).toEqual([['broken', broken]]);
  });

  it('keeps the answer when it asks a second time: that would be a second bill', async () => {
    const { run, model, fault } = setUp(
      middleware('greedy', async (_call, next) => {
        await next();
        return next();
      }),
    );
    expect(await textFrom(run(callOf(model)))).toBe('hello');
    expect(model.asked).toHaveLength(1);
    expect(fault).toHaveBeenCalledExactlyOnceWith(
      'greedy',
      expect.objectContaining({ code: 'MASTRA_PERF_SECOND_NEXT' }),
    );
  });

  it("keeps the model's error when it makes another one of it", async () => {
    const { run, fault } = setUp(
      middleware('translator', (_call, next) =>
        next().catch(() => {
          throw broken;
        }),
      ),
    );
    const error = new Error('429');
    await expect(run(callOf(testModel(() => Promise.reject(error))))).rejects.toBe(error);
    expect(fault.mock.calls).toEqual([['translator', broken]]);
  });

  it('goes on with the next one, however many there are', async () => {
    const bad = middleware('bad', async () => {
      throw broken;
    });
    const { run, model, fault } = setUp(bad, bad, bad);
    expect(await textFrom(run(callOf(model)))).toBe('hello');
    expect(fault).toHaveBeenCalledTimes(3);
    expect(model.asked).toHaveLength(1);
  });
});

describe('compose lets through what is meant', () => {
  it.each([[new Error('429')], [Object.freeze(new Error('frozen'))], ['a text'], [undefined], [null]])(
    'the very error of the model: %o',
    async (error) => {
      const { run, fault } = setUp();
      const model = testModel(() => Promise.reject(error));
      await expect(run(callOf(model))).rejects.toBe(error);
      expect(model.asked).toHaveLength(1);
      expect(fault).not.toHaveBeenCalled();
    },
  );

  it.each([[new Error('429')], ['a text']])(
    'an error of the model that was met by another call: %o',
    async (error) => {
      const refuse = middleware('follower', async () => {
        throw error;
      });
      const fault = vi.fn();
      let first = true;
      const run = compose(
        [middleware('first asks', (call, next) => (first ? next() : refuse.run(call, next)))],
        fault,
      );
      const model = testModel(() => Promise.reject(error));
      await expect(run(callOf(model))).rejects.toBe(error);
      first = false;
      await expect(run(callOf(model))).rejects.toBe(error);
      expect(model.asked).toHaveLength(1);
      expect(fault).not.toHaveBeenCalled();
    },
  );

  it('our own deliberate errors', async () => {
    const error = new PerfError('MASTRA_PERF_NOT_CACHED', 'no stored answer');
    const { run, model, fault } = setUp(middleware('strict', () => Promise.reject(error)));
    await expect(run(callOf(model))).rejects.toBe(error);
    expect(model.asked).toEqual([]);
    expect(fault).not.toHaveBeenCalled();
  });

  it("the caller's abort", async () => {
    const controller = new AbortController();
    const { run, model, fault } = setUp(
      middleware('waits', async (call) => {
        controller.abort();
        throw call.request.abortSignal?.reason;
      }),
    );
    await expect(run(callOf(model, { request: { abortSignal: controller.signal } }))).rejects.toBe(
      controller.signal.reason,
    );
    expect(model.asked).toEqual([]);
    expect(fault).not.toHaveBeenCalled();
  });
});
