import { setTimeout } from 'node:timers/promises';

/** Settles as the work does. @throws Error if it takes longer, whatever it comes to */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = setTimeout(ms, undefined, { signal: timer.signal }).then(
    () => {
      throw new Error(`not settled within ${ms} ms`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
