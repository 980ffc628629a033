import type { Clock } from '../../base/clock.ts';

export interface GatherOptions<T> {
  /** Most of a batch. */
  readonly items: number;
  /** Most of a batch, by what `weigh` tells; a heavier one goes alone. */
  readonly weight?: number;
  readonly weigh?: (item: T) => number;
  /** Batches at the same time. */
  readonly parallel: number;
  /** How long the first one waits for others at most. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** Tells each of the items what became of it; never rejects. */
  readonly run: (batch: readonly T[]) => Promise<void>;
}

/** Makes batches of what comes one by one. */
export interface Gather<T> {
  add(items: readonly T[]): void;
  /** Nothing more is going to come for now: what waits goes as it is. */
  flush(): void;
  /** Whether nothing waits and nothing runs. */
  readonly isIdle: boolean;
}

export function gather<T>(options: GatherOptions<T>): Gather<T> {
  const {
    items: most,
    weight: mostWeight = Infinity,
    weigh = () => 0,
    parallel,
    lingerMs,
    clock,
    run,
  } = options;
  let waiting: T[] = [];
  /** So many of those that wait do not wait for a full batch. */
  let due = 0;
  let running = 0;
  let cancel: (() => void) | undefined;

  /** How many of those that wait make a batch; 0 while it is not full. */
  const ready = (): number => {
    let weight = 0;
    for (let count = 0; count < waiting.length; count++) {
      weight += weigh(waiting[count] as T);
      if (count === most || (weight > mostWeight && count > 0)) return count;
    }
    return waiting.length >= most || due > 0 ? waiting.length : 0;
  };

  const pump = (): void => {
    while (running < parallel && waiting.length > 0) {
      const count = ready();
      if (count === 0) break;
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      due = Math.max(0, due - count);
      running++;
      void run(batch).finally(() => {
        running--;
        pump();
      });
    }
    if (waiting.length === 0) {
      cancel?.();
      cancel = undefined;
    } else
      cancel ??= clock.after(lingerMs, () => {
        cancel = undefined;
        flush();
      });
  };
  const flush = (): void => {
    due = waiting.length;
    pump();
  };

  return {
    add(items) {
      for (const item of items) waiting.push(item);
      pump();
    },
    flush,
    get isIdle() {
      return waiting.length === 0 && running === 0;
    },
  };
}
