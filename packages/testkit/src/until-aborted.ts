/** Settles like `work`, or rejects with the signal's reason as soon as that fires. */
export function untilAborted<T>(work: T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return Promise.resolve(work);
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    // Listened to in any case: a late rejection of `work` must not become an unhandled one.
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Waits `ms` (the global `setTimeout`, so that fake timers work); ends early if the signal fires. */
export async function pause(ms: number | undefined, signal?: AbortSignal): Promise<void> {
  if (!ms) return;
  let timer: NodeJS.Timeout | undefined;
  try {
    await untilAborted(new Promise<void>((done) => (timer = setTimeout(done, ms))), signal);
  } finally {
    clearTimeout(timer);
  }
}
