import type { Clock } from '../base/clock.ts';

/** Gives work so long: then its signal aborts with this reason. Leaves no timer behind. */
export async function abortAfter<R>(
  clock: Clock,
  ms: number,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const end = new AbortController();
  const cancel = clock.after(ms, () => end.abort(reason()));
  try {
    return await work(end.signal);
  } finally {
    cancel();
  }
}
