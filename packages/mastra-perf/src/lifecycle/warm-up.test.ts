import { gate } from '@mastra-perf/testkit';
import { expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createWarmUp, type WarmUpPart } from './warm-up.ts';

const setUp = () => {
  const clock = testClock();
  const runs: string[] = [];
  const part = (name: string, run: WarmUpPart['run'] = async () => undefined, variant = ''): WarmUpPart => ({
    name,
    variant,
    run(signal) {
      runs.push(name);
      return run(signal);
    },
  });
  return { clock, runs, part, warmUp: createWarmUp(clock) };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('does all parts at once, and tells what came of each', async () => {
  const { warmUp, part, runs } = setUp();
  const open = gate();
  const reported = warmUp.run(
    [
      part('a', async () => open.wait()),
      part('b', async () => 'two connections'),
      part('c', async () => ({ skipped: 'nothing to do' })),
      part('d', async () => Promise.reject(new TypeError('no'))),
      part('e', () => {
        throw new Error('at once');
      }),
    ],
    1000,
  );
  expect(runs).toEqual(['a', 'b', 'c', 'd', 'e']);
  open.open();
  expect((await reported).parts).toEqual([
    { name: 'a', status: 'done', ms: 0 },
    { name: 'b', status: 'done', ms: 0, detail: 'two connections' },
    { name: 'c', status: 'skipped', ms: 0, detail: 'nothing to do' },
    { name: 'd', status: 'failed', ms: 0, error: 'TypeError: no' },
    { name: 'e', status: 'failed', ms: 0, error: 'Error: at once' },
  ]);
});

it('ends with its time: what hangs is late, and its signal is aborted', async () => {
  const { clock, warmUp, part } = setUp();
  let given: AbortSignal | undefined;
  const hangs = part('hangs', (signal) => {
    given = signal;
    return new Promise(() => undefined);
  });
  const reported = warmUp.run([part('quick'), hangs], 1000);
  await turn();
  clock.advance(999);
  expect(given?.aborted).toBe(false);
  clock.advance(1);
  const report = await reported;
  expect(report).toEqual({
    ms: 1000,
    parts: [
      { name: 'quick', status: 'done', ms: 0 },
      { name: 'hangs', status: 'late', ms: 1000 },
    ],
  });
  expect(given?.aborted).toBe(true);
});

it('joins a warm-up that is under way, and gives its report again when all was done', async () => {
  const { warmUp, part, runs } = setUp();
  const open = gate();
  const parts = [part('a', async () => open.wait())];
  const both = [warmUp.run(parts, 1000), warmUp.run(parts, 1000)];
  expect(both[0]).toBe(both[1]);
  open.open();
  const report = await both[0];
  expect(await warmUp.run(parts, 1000)).toBe(report);
  expect(runs).toEqual(['a']);
});

it('tries again only what failed or had nothing to do, and joins what was late', async () => {
  const { clock, warmUp, part, runs } = setUp();
  const open = gate();
  let isBroken = true;
  const parts = [
    part('good'),
    part('slow', async () => open.wait()),
    part('broken', async () => (isBroken ? Promise.reject(new Error('no')) : undefined)),
    part('idle', async () => ({ skipped: 'nothing' })),
  ];
  const first = warmUp.run(parts, 1000);
  await turn();
  clock.advance(1000);
  expect((await first).parts.map(({ status }) => status)).toEqual(['done', 'late', 'failed', 'skipped']);

  isBroken = false;
  const second = warmUp.run(parts, 1000);
  open.open();
  expect((await second).parts.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'skipped']);
  expect(runs).toEqual(['good', 'slow', 'broken', 'idle', 'broken', 'idle']);
});

it('does a part again that is to be another work', async () => {
  const { warmUp, part, runs } = setUp();
  await warmUp.run([part('a', async () => undefined, '1')], 1000);
  await warmUp.run([part('a', async () => undefined, '2')], 1000);
  expect(runs).toEqual(['a', 'a']);
});
