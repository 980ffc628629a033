/** Work that is done once for all who want the same at the same time. */
export interface SharedWork<T> {
  /**
   * Does the work, or waits for what is being done under the key. Rejects with the reason of `signal` for this caller alone; the
   * work itself is aborted when nobody is left. `isFirst` tells whether this caller's work it is.
   */
  join(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<{ readonly value: T; readonly isFirst: boolean }>;
}

interface Task<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

export function createSharedWork<T>(): SharedWork<T> {
  const tasks = new Map<string, Task<T>>();

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Task<T> => {
    const abort = new AbortController();
    const task: Task<T> = { result: work(abort.signal), abort, waiting: 0 };
    tasks.set(key, task);
    const over = (): void => void (tasks.get(key) === task && tasks.delete(key));
    task.result.then(over, over);
    return task;
  };

  return {
    async join(key, work, signal) {
      signal?.throwIfAborted();
      const known = tasks.get(key);
      const task = known ?? begin(key, work);
      task.waiting++;
      try {
        return { value: await untilAborted(task.result, signal), isFirst: !known };
      } finally {
        if (--task.waiting === 0) {
          if (tasks.get(key) === task) tasks.delete(key); // nobody may board what is being given up
          task.abort.abort(new DOMException('Nobody waits for this summary any more', 'AbortError'));
        }
      }
    },
  };
}

function untilAborted<T>(result: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return result;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop(); // the work itself may have done it
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
