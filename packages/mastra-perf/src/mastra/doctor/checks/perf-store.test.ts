import { expect, test } from 'vitest';
import { testClock } from '../../../base/test-clock.ts';
import type { Installation } from '../installation.ts';
import { perfStore } from './perf-store.ts';

const nothing: Installation = { storages: [], postgres: [], redis: [], vectors: [], pools: [], skipped: [] };

/** Each round trip takes the next of these times; the last one from then on. */
function storeThatTakes(...times: number[]) {
  const clock = testClock();
  let asked = 0;
  const store = {
    name: 'redis',
    health: async () => clock.advance(times[Math.min(asked++, times.length - 1)]!),
  };
  const run = async (timeoutMs: number) => (await perfStore(store, timeoutMs).run(nothing, clock)).findings;
  return { run, asked: () => asked };
}

test('a store that answers in half of its time is fine, however long the first connection takes', async () => {
  const { run, asked } = storeThatTakes(400, 25);
  expect(await run(50)).toEqual([]);
  expect(asked()).toBe(3);
});

test('a store that needs more than that is an advice, and one that needs more than there is a problem', async () => {
  expect(await storeThatTakes(400, 26).run(50)).toMatchObject([
    {
      code: 'MASTRA_PERF_STORE_SLOW',
      severity: 'advice',
      where: 'store "redis"',
      what: expect.stringContaining('26.0 ms'),
    },
  ]);
  expect(await storeThatTakes(60).run(50)).toMatchObject([
    {
      code: 'MASTRA_PERF_STORE_SLOW',
      severity: 'problem',
      fix: expect.stringContaining('storeTimeout: 240'),
    },
  ]);
  expect(await storeThatTakes(60).run(240)).toEqual([]);
});

test('a store that is away is a problem, without the text of its error', async () => {
  const store = {
    name: 'redis',
    health: async () => {
      throw Object.assign(new Error('redis://:hunter2@cache'), { code: 'ECONNREFUSED' });
    },
  };
  const { findings } = await perfStore(store, 50).run(nothing, testClock());
  expect(findings).toMatchObject([{ code: 'MASTRA_PERF_STORE_AWAY', severity: 'problem' }]);
  expect(findings[0]!.what).toContain('Error (ECONNREFUSED)');
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});
