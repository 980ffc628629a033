import { describe, expect, it } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { PerformanceMonitor } from './performance-monitor.ts';

function setUp(maxOperations?: number) {
  let time = 0;
  const monitor = new PerformanceMonitor({
    clock: { monotonic: () => time },
    ...(maxOperations !== undefined && { maxOperations }),
  });
  return { monitor, wait: (ms: number) => void (time += ms) };
}

describe('PerformanceMonitor', () => {
  it('times what is done at once, and passes on what it returns or throws', () => {
    const { monitor, wait } = setUp();
    const add = (ms: number) => monitor.time('add', () => (wait(ms), ms + 1));
    expect([add(10), add(20), add(30)]).toEqual([11, 21, 31]);
    const failure = new Error('no');
    expect(() =>
      monitor.time('add', () => {
        wait(1000);
        throw failure;
      }),
    ).toThrow(failure);
    expect(monitor.getStats('add')).toEqual({
      count: 3,
      avg: 20,
      min: 10,
      max: 30,
      p50: expect.closeTo(20, 0),
      p90: expect.closeTo(20, 0),
      p95: expect.closeTo(20, 0),
      p99: expect.closeTo(20, 0),
      errors: 1,
    });
  });

  it('times promises until they are settled', async () => {
    const { monitor, wait } = setUp();
    const gate = Promise.withResolvers<string>();
    const answer = monitor.time('ask', () => gate.promise);
    expect(monitor.getStats('ask')).toBeUndefined();
    wait(50);
    gate.resolve('yes');
    expect(await answer).toBe('yes');
    expect(monitor.getStats('ask')).toMatchObject({ count: 1, p50: 50, errors: 0 });
    const failure = new Error('no');
    await expect(monitor.time('ask', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(monitor.getStats('ask')).toMatchObject({ count: 1, errors: 1 });
  });

  it('runs what begins when it is awaited once only', async () => {
    const { monitor } = setUp();
    let runs = 0;
    const query: PromiseLike<number> = {
      // oxlint-disable-next-line unicorn/no-thenable -- query builders are such
      then: (resolve) => Promise.resolve(++runs).then(resolve),
    };
    expect(await monitor.time('query', () => query)).toBe(1);
  });

  it('counts what was measured elsewhere, and nothing that is no time', () => {
    const { monitor } = setUp();
    monitor.record('tool', 12.5);
    expect(monitor.getStats('tool')).toMatchObject({ count: 1, avg: 12.5, p99: 12.5 });
    for (const ms of [Number.NaN, -1, Infinity])
      expect(() => monitor.record('tool', ms)).toThrow(PerfConfigError);
    expect(monitor.getStats('tool')?.count).toBe(1);
  });

  it('has a bounded number of operations', () => {
    const { monitor } = setUp(10);
    for (let at = 0; at < 1000; at++) monitor.record(`operation ${at}`, 1);
    expect(monitor.operations()).toHaveLength(11);
    expect(monitor.getStats('(other)')?.count).toBe(990);
    expect(monitor.getStats('operation 500')).toBeUndefined();
    monitor.reset();
    expect(monitor.operations()).toEqual([]);
  });

  it('says which option is wrong', () => {
    expect(() => new PerformanceMonitor({ maxOperations: 0 })).toThrow(/PerformanceMonitor\.maxOperations/);
  });
});
