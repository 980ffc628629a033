import { AsyncLocalStorage } from 'node:async_hooks';

export interface BackgroundOptions {
  readonly maxTasks: number;
  /** Sum of the bytes that the tasks under way say to hold. No bound by default. */
  readonly maxBytes?: number;
  /** Told of every task that failed. Must not throw. */
  readonly onError: (error: unknown) => void;
}

/** Work beside the calls, which nobody waits for: a bounded number of tasks. */
export interface Background {
  /** Begins the task, or drops it when there is no room: then it is `false` and the task was not called. */
  run(task: () => Promise<void>, bytes?: number): boolean;
  /**
   * Resolves when all tasks have settled that are under way now, and those that they start. Others that begin later are not
   * waited for: under load there may never be a moment without any.
   */
  idle(): Promise<void>;
  size(): { readonly tasks: number; readonly bytes: number };
}

export function createBackground({ maxTasks, maxBytes = Infinity, onError }: BackgroundOptions): Background {
  /** Tasks under way by era. An era ends with each `idle()`, and what a task starts belongs to the era of that task. */
  const eras = new Map<number, number>();
  const eraOf = new AsyncLocalStorage<number>();
  let era = 0;
  let tasks = 0;
  let bytes = 0;
  let waiting: Array<{ readonly until: number; readonly resolve: () => void }> = [];

  const isOver = (until: number): boolean => ![...eras.keys()].some((one) => one <= until);

  const ended = (of: number, held: number): void => {
    tasks--;
    bytes -= held;
    const left = (eras.get(of) ?? 0) - 1;
    if (left > 0) return void eras.set(of, left);
    eras.delete(of);
    waiting = waiting.filter(({ until, resolve }) => {
      const over = isOver(until);
      if (over) resolve();
      return !over;
    });
  };

  const perform = async (task: () => Promise<void>, of: number, held: number): Promise<void> => {
    try {
      await eraOf.run(of, task);
    } catch (error) {
      onError(error);
    } finally {
      ended(of, held);
    }
  };

  return {
    run(task, held = 0) {
      if (tasks >= maxTasks || bytes + held > maxBytes) return false;
      const of = eraOf.getStore() ?? era;
      tasks++;
      bytes += held;
      eras.set(of, (eras.get(of) ?? 0) + 1);
      void perform(task, of, held);
      return true;
    },
    idle() {
      const until = era++;
      if (isOver(until)) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ until, resolve }));
    },
    size: () => ({ tasks, bytes }),
  };
}
