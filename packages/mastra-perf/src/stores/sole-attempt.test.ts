import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { soleAttempt } from './sole-attempt.ts';

function setUp() {
  const clock = testClock();
  const gates: Array<PromiseWithResolvers<void>> = [];
  const work = vi.fn(() => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  return { clock, gates, work, attempt: soleAttempt(clock, 60_000, work) };
}

describe('soleAttempt', () => {
  it('is shared by all who join while it is under way', async () => {
    const { attempt, gates, work } = setUp();
    expect(attempt.isUnderWay()).toBe(false);
    const joined = [attempt.join(), attempt.join()];
    expect(attempt.isUnderWay()).toBe(true);
    gates[0]!.resolve();
    await Promise.all(joined);
    await settled();
    expect(attempt.isUnderWay()).toBe(false);
    expect(work).toHaveBeenCalledOnce();
  });

  it('is made anew after it has failed, and each failure is told to those who joined', async () => {
    const { attempt, gates, work } = setUp();
    const first = attempt.join();
    gates[0]!.reject(new Error('one'));
    await expect(first).rejects.toThrow('one');
    const second = attempt.join();
    gates[1]!.reject(new Error('two'));
    await expect(second).rejects.toThrow('two');
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('rejects when the work throws', async () => {
    const attempt = soleAttempt(testClock(), 60_000, () => {
      throw new Error('at once');
    });
    await expect(attempt.join()).rejects.toThrow('at once');
  });

  it('does not run in the context of the one who needs it', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const attempt = soleAttempt(testClock(), 60_000, async () => void seen.push(context.getStore()));
    await context.run('a call', () => attempt.join());
    expect(seen).toEqual([undefined]);
  });

  it('is given up after its time, and its end then does not touch the next', async () => {
    const { attempt, clock, gates, work } = setUp();
    void attempt.join();
    clock.advance(59_999);
    void attempt.join();
    expect(work).toHaveBeenCalledOnce();
    clock.advance(1);
    expect(attempt.isUnderWay()).toBe(false);
    void attempt.join();
    expect(work).toHaveBeenCalledTimes(2);
    gates[0]!.resolve();
    await settled();
    expect(attempt.isUnderWay()).toBe(true);
  });
});
