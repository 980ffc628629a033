import { memoryLedger } from '../stores/memory-ledger.ts';
import { describe, expect, it } from 'vitest';
import { handDriven, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import { billed, guardsOn, type Guarded } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

// At most 1,000 tokens of input and 100 of output are 0.001 + 0.001 = 0.002 dollars.
const request = { maxOutputTokens: 100 };
const cheapModel = () => testModel(() => replyOf(billed(500, 50))); // 0.0005 + 0.0005 = 0.001

describe('an answer that does not come to its end', () => {
  const counter = '["total-usd-day","total","day 2025-06-15"]';
  const spentAfter = async (use: (guard: Guarded) => Promise<void>) => {
    const guard = guarded([{ per: 'total', limitUsd: 5, window: 'day' }]);
    await use(guard);
    await guard.flush();
    const [state] = await guard.ledger.budgets([counter]);
    expect(state!.held).toBe(0);
    return { spent: state!.spent / 1e9, kinds: guard.kinds() };
  };
  const start = [
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'x'.repeat(300) },
  ];

  it('is charged by what was sent and received, and marked', async () => {
    const { spent, kinds } = await spentAfter(async (guard) => {
      const parts = handDriven();
      parts.push(...start);
      const reply = await guard.ask(testModel(() => ({ head: {}, parts })));
      await reply.parts.read();
      await reply.parts.read();
      await reply.parts.cancel();
    });
    expect(spent).toBeCloseTo(0.001 + 100 * 0.00001, 9);
    expect(kinds).toEqual(['estimated']);
  });

  it('is charged the same when it fails', async () => {
    const { spent, kinds } = await spentAfter(async (guard) => {
      const parts = handDriven();
      parts.push(...start);
      parts.fail(Object.assign(new Error('reset'), { statusCode: 500 }));
      await expect(textFrom(guard.ask(testModel(() => ({ head: {}, parts }))))).rejects.toThrow('reset');
    });
    expect(spent).toBeCloseTo(0.002, 9);
    expect(kinds).toEqual(['estimated']);
  });

  it('is charged what was sent when it fails before it begins and nobody knows why', async () => {
    const { spent } = await spentAfter(async (guard) => {
      await expect(
        guard.ask(
          testModel(() => {
            throw new TypeError('fetch failed', {
              cause: Object.assign(new Error(), { code: 'ECONNRESET' }),
            });
          }),
        ),
      ).rejects.toThrow('fetch failed');
    });
    expect(spent).toBeCloseTo(0.001, 9);
  });

  it.each<[string, unknown]>([
    ['the provider refuses', Object.assign(new Error('no'), { statusCode: 400 })],
    [
      'nothing was connected',
      new TypeError('no', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
    ],
    ['the model has no key', Object.assign(new Error('no'), { name: 'AI_LoadAPIKeyError' })],
  ])('costs nothing where %s', async (_what, error) => {
    const thrown = await spentAfter(async (guard) => {
      const model = testModel(() => {
        throw error;
      });
      await expect(guard.ask(model)).rejects.toThrow('no');
    });
    expect(thrown).toEqual({ spent: 0, kinds: [] });
    const streamed = await spentAfter(async (guard) => {
      const model = testModel(() => replyOf([{ type: 'stream-start' }, { type: 'error', error }]));
      await expect(textFrom(guard.ask(model))).rejects.toThrow('no');
    });
    expect(streamed).toEqual({ spent: 0, kinds: [] });
  });

  it('is charged what was sent when the caller gives up, whatever error that looks like', async () => {
    const { spent } = await spentAfter(async (guard) => {
      const controller = new AbortController();
      const model = testModel(() => {
        controller.abort(Object.assign(new Error('enough'), { statusCode: 499 }));
        throw controller.signal.reason;
      });
      await expect(guard.ask(model, { request: { abortSignal: controller.signal } })).rejects.toThrow(
        'enough',
      );
    });
    expect(spent).toBeCloseTo(0.001, 9);
  });

  it('is charged what was sent when its reader stops at once, whatever reason that gives', async () => {
    const { spent } = await spentAfter(async (guard) => {
      const reply = await guard.ask(cheapModel());
      await reply.parts.read();
      await reply.parts.cancel(Object.assign(new Error('closed'), { statusCode: 499 }));
    });
    expect(spent).toBeCloseTo(0.001, 9);
  });

  it('is charged in full where its last part had come', async () => {
    const { spent, kinds } = await spentAfter(async (guard) => {
      const reply = await guard.ask(cheapModel());
      for (let parts = 0; parts < 5; parts++) await reply.parts.read();
      await reply.parts.cancel();
    });
    expect(spent).toBeCloseTo(0.001, 9);
    expect(kinds).toEqual([]);
  });

  it('is charged at most what was reserved, where it reports no usage', async () => {
    const { spent } = await spentAfter(async (guard) => {
      const model = testModel(() =>
        replyOf([
          { type: 'text-start', id: '0' },
          { type: 'text-delta', id: '0', delta: 'x'.repeat(90_000) },
        ]),
      );
      await textFrom(guard.ask(model, { request }));
    });
    expect(spent).toBeCloseTo(0.002, 9);
  });
});

it('tells when a call has cost more than was reserved, and charges it', async () => {
  const guard = guarded([{ per: 'total', limitTokens: 10_000, window: 'day' }]);
  await textFrom(
    guard.ask(
      testModel(() => replyOf(billed(3000, 3000))),
      { request },
    ),
  );
  expect(guard.events).toContainEqual(expect.objectContaining({ kind: 'overrun', spent: 6000, held: 1100 }));
});
