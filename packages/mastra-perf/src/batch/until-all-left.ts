import type { BatchItem } from './batch-item.ts';

/** Aborts when all of these are settled. For one piece of work at a time: it takes the place of what was told of it before. */
export function untilAllLeft<T>(items: readonly BatchItem<T>[]): AbortSignal {
  const controller = new AbortController();
  const check = (): void => {
    if (items.every(({ isOver }) => isOver))
      controller.abort(new DOMException('nobody waits for this any more', 'AbortError'));
  };
  for (const item of items) item.onOver = check;
  check();
  return controller.signal;
}

/** Settles as the work does, or rejects with the reason of the signal: work that does not care for it must not keep the place of others. */
export function orLeft<R>(work: PromiseLike<R>, signal: AbortSignal): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject);
  });
}
