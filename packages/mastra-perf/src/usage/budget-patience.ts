import type { Clock } from '../base/clock.ts';
import { DeadlineExceeded } from '../base/deadline.ts';

export interface PatienceOptions {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A ledger that answers nobody for so long is away. */
  readonly silenceMs: number;
  /** The longest that one question waits. */
  readonly maxMs: number;
}

/**
 * Waits for a ledger as long as it answers anybody: under load, in a process that is busy itself, one answer may take long or fail
 * where others come (a pool has no connection left), and a call that went on without would pass its limit. What failed is asked again.
 * A ledger that is silent, or that has only failed meanwhile, is away. While it is silent, one question at a time finds out whether it
 * is back, and all others are told so at once.
 *
 * @param ask can be repeated.
 * @throws DeadlineExceeded, or what the ledger throws.
 */
export type Patience = <T>(ask: () => Promise<T>) => Promise<T>;

/** Between two tries; less a random part of up to one half. */
const PAUSE_MS = 200;

export function patience({ clock, random, silenceMs, maxMs }: PatienceOptions): Patience {
  let answers = 0;
  let silent: DeadlineExceeded | undefined;
  let isProbed = false;

  const once = <T>(ask: () => Promise<T>, leftMs: () => number): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let cancel: () => void;
    const watch = (seen: number): void => {
      const ms = Math.min(silenceMs, leftMs());
      cancel = clock.after(ms, () => {
        if (answers !== seen && leftMs() > 0) return watch(answers);
        if (answers === seen) silent = new DeadlineExceeded(silenceMs);
        reject(silent ?? new DeadlineExceeded(maxMs));
      });
    };
    watch(answers);
    ask().then(
      (value) => {
        answers++;
        silent = undefined;
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
    return promise;
  };

  const patient = async <T>(ask: () => Promise<T>): Promise<T> => {
    const end = clock.monotonic() + maxMs;
    const leftMs = (): number => Math.max(0, end - clock.monotonic());
    for (;;) {
      const seen = answers;
      try {
        return await once(ask, leftMs);
      } catch (error) {
        if (error instanceof DeadlineExceeded || answers === seen || leftMs() <= PAUSE_MS) throw error;
        await new Promise<void>((resolve) => clock.after(PAUSE_MS * (1 - random() / 2), resolve));
      }
    }
  };

  return async (ask) => {
    if (!silent) return patient(ask);
    if (isProbed) throw silent;
    isProbed = true;
    try {
      return await patient(ask);
    } finally {
      isProbed = false;
    }
  };
}
