import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import { handDriven, replyOf, testModel } from '../pipeline/test-calls.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { billed, guardsOn } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);
const OUTPUT = 500;

it('a caller who comes again at once does not ask the ledger again', async () => {
  const clock = testClock();
  const inner = memoryLedger(clock);
  let asked = 0;
  const ledger = {
    ...inner,
    reserve: (...args: Parameters<typeof inner.reserve>) => (asked++, inner.reserve(...args)),
  };
  const guard = guarded([{ per: 'total', limitCalls: 1, window: 'day', alerts: [] }], { clock, ledger });
  const model = testModel(() => replyOf(billed(1, 1)));
  await readAll(await guard.ask(model));
  await guard.flush();
  for (let retries = 0; retries < 100; retries++) await guard.ask(model).catch(() => undefined);
  expect(asked).toBe(2);
  clock.advance(5_001);
  for (let retries = 0; retries < 100; retries++) await guard.ask(model).catch(() => undefined);
  expect(asked).toBe(3);
});

it('a refusal is forgotten as soon as a call of this process has ended', async () => {
  const guard = guarded([{ per: 'total', limitUsd: 0.006, window: 'day' }]);
  const parts = handDriven();
  const request = { maxOutputTokens: OUTPUT, responseFormat: { type: 'json' } };
  const first = await guard.ask(
    testModel(() => ({ head: {}, parts })),
    { request },
  );
  const second = testModel(() => replyOf(billed(0, 0)));
  await expect(guard.ask(second, { request })).rejects.toMatchObject({
    reason: 'exceeded',
    held: 0.006,
    spent: 0,
  });
  parts.push(...billed(0, 0));
  parts.end();
  await readAll(first);
  await guard.flush();
  await readAll(await guard.ask(second, { request }));
  expect(second.asked).toHaveLength(1);
});

describe('a refusal that is remembered', () => {
  const json = (maxOutputTokens: number) => ({
    request: { maxOutputTokens, responseFormat: { type: 'json' } },
  });

  it('holds for no call that needs less', async () => {
    const guard = guarded([{ per: 'total', limitUsd: 0.006, window: 'day' }]);
    const model = testModel(() => replyOf(billed(1, 1)));
    await expect(guard.ask(model, json(501))).rejects.toMatchObject({ reason: 'exceeded' });
    await readAll(await guard.ask(model, json(500)));
  });

  it('holds for no other limit', async () => {
    let limit = 0;
    const guard = guarded([{ per: 'total', limitCalls: () => limit, window: 'day' }]);
    const model = testModel(() => replyOf(billed(1, 1)));
    await expect(guard.ask(model)).rejects.toMatchObject({ reason: 'exceeded' });
    limit = 1;
    await readAll(await guard.ask(model));
  });
});
