import type { Clock } from '../base/clock.ts';

/** Callers in the order in which they came. */
export interface WaitingLine<T> {
  readonly length: number;
  /**
   * Waits for a turn. Rejects when the time is up, with the reason of the signal, or with what the line is left with; who has left does not
   * take a turn from others.
   */
  join(options: JoinOptions): Promise<T>;
  /** Gives the first a turn; `false` if there is nobody. */
  serve(turn: T): boolean;
  /** Gives the first an error. */
  refuse(error: unknown): boolean;
  /** Sends everybody away. */
  clear(error: unknown): void;
}

export interface JoinOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly late: () => unknown;
}

interface Caller<T> extends PromiseWithResolvers<T> {
  readonly leave: () => void;
}

export function createWaitingLine<T>(clock: Clock): WaitingLine<T> {
  // A set keeps the order, and lets callers in the middle leave at once.
  const callers = new Set<Caller<T>>();
  const first = (): Caller<T> | undefined => {
    const [caller] = callers;
    if (caller) callers.delete(caller);
    caller?.leave();
    return caller;
  };
  return {
    get length() {
      return callers.size;
    },
    join({ signal, timeoutMs, late }) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const turn = Promise.withResolvers<T>();
      const go = (error: unknown): void => {
        caller.leave();
        callers.delete(caller);
        turn.reject(error);
      };
      const onAbort = (): void => go(signal?.reason);
      const cancel = clock.after(timeoutMs, () => go(late()));
      const caller: Caller<T> = {
        ...turn,
        leave() {
          cancel();
          signal?.removeEventListener('abort', onAbort);
        },
      };
      signal?.addEventListener('abort', onAbort);
      callers.add(caller);
      return turn.promise;
    },
    serve(turn) {
      const caller = first();
      caller?.resolve(turn);
      return caller !== undefined;
    },
    refuse(error) {
      const caller = first();
      caller?.reject(error);
      return caller !== undefined;
    },
    clear(error) {
      for (let caller = first(); caller; caller = first()) caller.reject(error);
    },
  };
}
