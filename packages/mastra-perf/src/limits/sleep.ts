import type { Clock } from '../base/clock.ts';

/** Waits that end early on an abort, and all at once. Never rejects. */
export interface Sleep {
  for(ms: number, signal?: AbortSignal): Promise<void>;
  wake(): void;
}

export function createSleep(clock: Clock): Sleep {
  const sleepers = new Set<() => void>();
  return {
    async for(ms, signal) {
      if (ms <= 0 || signal?.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(ms, resolve, 'keeps-alive');
      const onAbort = (): void => resolve();
      signal?.addEventListener('abort', onAbort);
      sleepers.add(resolve);
      await promise;
      sleepers.delete(resolve);
      signal?.removeEventListener('abort', onAbort);
      cancel();
    },
    wake() {
      for (const resolve of sleepers) resolve();
    },
  };
}
