import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBackground } from './background.ts';
import { settled } from './test-clock.ts';
import { watchUnhandled } from './test-unhandled.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

function setUp(bounds: { maxTasks?: number; maxBytes?: number } = {}) {
  const onError = vi.fn();
  const background = createBackground({ maxTasks: 10, ...bounds, onError });
  const hold = (bytes?: number) => {
    const gate = Promise.withResolvers<void>();
    const task = vi.fn(() => gate.promise);
    return { ...gate, task, taken: background.run(task, bytes) };
  };
  const idle = () => {
    const resolved = vi.fn();
    void background.idle().then(resolved);
    return resolved;
  };
  return { background, onError, hold, idle };
}

describe('createBackground', () => {
  it('begins a task at once, and waits for it when asked', async () => {
    const { hold, idle } = setUp();
    const one = hold();
    expect(one.taken).toBe(true);
    expect(one.task).toHaveBeenCalledOnce();
    const resolved = idle();
    await settled();
    expect(resolved).not.toHaveBeenCalled();
    one.resolve();
    await settled();
    expect(resolved).toHaveBeenCalledOnce();
  });

  it('is idle at once when there is nothing', async () => {
    await expect(setUp().background.idle()).resolves.toBeUndefined();
  });

  it('does not call a task for which there is no room, and has room again when one has ended', async () => {
    const { background, hold } = setUp({ maxTasks: 2 });
    const [one, two, three] = [hold(), hold(), hold()];
    expect([one.taken, two.taken, three.taken]).toEqual([true, true, false]);
    expect(three.task).not.toHaveBeenCalled();
    one.reject(new Error('failed'));
    await settled();
    expect(background.size()).toEqual({ tasks: 1, bytes: 0 });
    expect(hold().taken).toBe(true);
  });

  it('bounds the bytes of what is under way', async () => {
    const { background, hold } = setUp({ maxBytes: 100 });
    const one = hold(60);
    expect(one.taken).toBe(true);
    expect(hold(41).taken).toBe(false);
    expect(hold(40).taken).toBe(true);
    expect(hold(0).taken).toBe(true);
    expect(background.size()).toEqual({ tasks: 3, bytes: 100 });
    one.resolve();
    await settled();
    expect(hold(60).taken).toBe(true);
    expect(hold(101).taken).toBe(false);
  });

  it('tells of a task that fails, whichever way, and goes on', async () => {
    const { background, onError, idle } = setUp();
    const errors = [new Error('thrown'), new Error('rejected'), undefined];
    background.run(() => {
      throw errors[0];
    });
    background.run(() => Promise.reject(errors[1]));
    background.run(() => Promise.reject(errors[2]));
    const resolved = idle();
    await settled();
    expect(onError.mock.calls).toEqual(errors.map((error) => [error]));
    expect(resolved).toHaveBeenCalledOnce();
    expect(background.size()).toEqual({ tasks: 0, bytes: 0 });
  });

  it('waits for what the tasks start, to any depth, also when those who started it have ended', async () => {
    const { background, idle } = setUp();
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const nest = (depth: number): Promise<void> => {
      const gate = gates[depth]!;
      return gate.promise.then(() => void (depth < 2 && background.run(() => nest(depth + 1))));
    };
    background.run(() => nest(0));
    const resolved = idle();
    for (const gate of gates) {
      await settled();
      expect(resolved).not.toHaveBeenCalled();
      gate.resolve();
    }
    await settled();
    expect(resolved).toHaveBeenCalledOnce();
  });

  it('does not wait for what others start afterwards', async () => {
    const { hold, idle } = setUp();
    const one = hold();
    const first = idle();
    const two = hold();
    const second = idle();
    one.resolve();
    await settled();
    expect(first).toHaveBeenCalledOnce();
    expect(second).not.toHaveBeenCalled();
    two.resolve();
    await settled();
    expect(second).toHaveBeenCalledOnce();
  });

  it('wakes everybody who waits', async () => {
    const { hold, idle } = setUp();
    const one = hold();
    const waiting = [idle(), idle(), idle()];
    one.resolve();
    await settled();
    for (const resolved of waiting) expect(resolved).toHaveBeenCalledOnce();
  });
});
