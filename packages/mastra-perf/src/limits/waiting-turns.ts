import type { Clock } from '../base/clock.ts';
import type { Priority } from './options.ts';
import { createPriorityLine, goesBefore, type Place } from './priority-line.ts';

/** How somebody waits. */
export interface Waiting {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** On the steady clock. */
  readonly deadline: number;
  /** It had a turn before, which came to nothing. */
  readonly isBack?: boolean;
  /** What it is refused with; told how long it would have to wait, if that is known. */
  readonly refusal: (waitMs?: number) => unknown;
}

export interface Waiter<T, Turn> extends Waiting {
  readonly item: T;
  readonly settle: PromiseWithResolvers<Turn>;
  readonly stop: () => void;
}

/** Callers who wait for a turn, each until its deadline or its abort. Who has left takes no turn from others. */
export interface WaitingTurns<T, Turn> {
  readonly size: number;
  ahead(priority: Priority): number;
  /** Rejects with the refusal, or with the reason of the signal. */
  wait(item: T, waiting: Waiting): Promise<Turn>;
  next(count: number): Array<Place<Waiter<T, Turn>>>;
  /** `false` if it has left. */
  give(place: Place<Waiter<T, Turn>>, turn: Turn): boolean;
  /** Refuses all who would have to wait beyond their deadline, since this one has to wait for so long. */
  refuseBeyond(first: Place<Waiter<T, Turn>>, waitMs: number): void;
  /** Gives everybody a turn. */
  giveAll(turn: Turn): void;
}

export function createWaitingTurns<T, Turn>(clock: Clock): WaitingTurns<T, Turn> {
  const line = createPriorityLine<Waiter<T, Turn>>();
  const refuse = (place: Place<Waiter<T, Turn>>, error: unknown): void => {
    if (!line.leave(place)) return;
    place.item.stop();
    place.item.settle.reject(error);
  };
  const give = (place: Place<Waiter<T, Turn>>, turn: Turn): boolean => {
    if (!line.serve(place)) return false;
    place.item.stop();
    place.item.settle.resolve(turn);
    return true;
  };
  return {
    get size() {
      return line.size;
    },
    ahead: line.ahead,
    wait(item, waiting) {
      const { signal, deadline, priority, isBack, refusal } = waiting;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const onAbort = (): void => refuse(place, signal?.reason);
      // Whoever waits keeps the process alive: its answer is still to come.
      const cancel = clock.after(
        Math.max(0, deadline - clock.monotonic()),
        () => refuse(place, refusal()),
        'keeps-alive',
      );
      const stop = (): void => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort);
      const settle = Promise.withResolvers<Turn>();
      const place = line.join({ ...waiting, item, settle, stop }, priority, isBack);
      return settle.promise;
    },
    next: line.next,
    give,
    refuseBeyond(first, waitMs) {
      const at = clock.monotonic() + waitMs;
      const behind = line.all().filter((place) => !goesBefore(place.priority, first.priority));
      for (const place of behind) if (place.item.deadline < at) refuse(place, place.item.refusal(waitMs));
    },
    giveAll(turn) {
      for (const place of line.all()) give(place, turn);
    },
  };
}
