import type { Clock } from '../base/clock.ts';

const RETRY_MS = 250;

/** Flushes again and again until it succeeds, or for so long. Leaves no timer behind. */
export async function flushWithin(
  clock: Clock,
  timeoutMs: number,
  flush: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const cancel = clock.after(timeoutMs, () => end.abort());
  while (!end.signal.aborted) {
    try {
      await flush(end.signal);
      break;
    } catch {
      // What cannot be written in the end is told by the caller, with the last error.
      await pause(clock, RETRY_MS, end.signal);
    }
  }
  cancel();
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
