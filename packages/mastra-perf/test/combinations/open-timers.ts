import { vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

/** The timers of the plugin that have neither run nor been cancelled, by where they were set. Until `restore()`. */
export function openTimers(): { readonly open: () => string[]; readonly restore: () => void } {
  const open = new Map<object, string>();
  const after = systemClock.after.bind(systemClock);
  const spy = vi.spyOn(systemClock, 'after').mockImplementation((ms, then, keepsAlive) => {
    const timer = {};
    open.set(timer, new Error(`set for ${ms} ms`).stack ?? '');
    const cancel = after(
      ms,
      () => {
        open.delete(timer);
        then();
      },
      keepsAlive,
    );
    return () => {
      open.delete(timer);
      cancel();
    };
  });
  return { open: () => [...open.values()], restore: () => spy.mockRestore() };
}
