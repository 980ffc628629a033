import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineExceeded, withDeadline } from './deadline.ts';
import { settled, testClock } from './test-clock.ts';
import { watchUnhandled } from './test-unhandled.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

function begun<T>(ms: number, work: () => T | PromiseLike<T>) {
  const clock = testClock();
  const onLate = vi.fn();
  const onSettled = vi.fn();
  const promise = withDeadline(clock, ms, work, onLate);
  promise.then(onSettled, onSettled);
  return { clock, onLate, onSettled, promise };
}

describe('withDeadline', () => {
  it('settles as the work does, and leaves no timer', async () => {
    const good = begun(50, () => Promise.resolve(1));
    await expect(good.promise).resolves.toBe(1);
    expect(good.clock.timers()).toBe(0);
    const bad = begun(50, () => Promise.reject(new Error('refused')));
    await expect(bad.promise).rejects.toThrow('refused');
    expect(bad.clock.timers()).toBe(0);
  });

  it('rejects when the time has passed, and not before', async () => {
    const { clock, onSettled, promise } = begun(50, () => new Promise(() => undefined));
    clock.advance(49);
    await settled();
    expect(onSettled).not.toHaveBeenCalled();
    clock.advance(1);
    await expect(promise).rejects.toThrow(DeadlineExceeded);
    expect(clock.timers()).toBe(0);
  });

  it('gives a late answer to nobody but the one who asked for it', async () => {
    const work = Promise.withResolvers<number>();
    const { clock, onLate, promise } = begun(50, () => work.promise);
    clock.advance(50);
    await expect(promise).rejects.toThrow(DeadlineExceeded);
    expect(onLate).not.toHaveBeenCalled();
    work.resolve(7);
    await settled();
    expect(onLate.mock.calls).toEqual([[7]]);
    expect(clock.timers()).toBe(0);
  });

  it('drops a late failure', async () => {
    const work = Promise.withResolvers<number>();
    const { clock, onLate, promise } = begun(50, () => work.promise);
    clock.advance(50);
    await expect(promise).rejects.toThrow(DeadlineExceeded);
    work.reject(new Error('late'));
    await settled();
    expect(onLate).not.toHaveBeenCalled();
  });

  it('takes work that throws or answers at once for a promise', async () => {
    const thrown = begun(50, () => {
      throw new Error('at once');
    });
    await expect(thrown.promise).rejects.toThrow('at once');
    expect(thrown.clock.timers()).toBe(0);
    await expect(begun(50, () => 3).promise).resolves.toBe(3);
    // oxlint-disable-next-line unicorn/no-thenable -- drivers have promises of their own
    const foreign = { then: (resolve: (value: number) => void) => resolve(4) };
    await expect(begun(50, () => foreign as PromiseLike<number>).promise).resolves.toBe(4);
    // oxlint-disable-next-line unicorn/no-thenable -- the worst that a store can answer
    const broken = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('no then');
      },
    });
    await expect(begun(50, () => broken).promise).rejects.toThrow('no then');
  });
});
