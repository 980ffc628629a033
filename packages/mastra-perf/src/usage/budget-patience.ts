import type { Clock } from '../base/clock.ts';
import { DeadlineExceeded } from '../base/deadline.ts';

export interface PatienceOptions {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A ledger that answers nobody for so long is away. */
  readonly silenceMs: number;
  /** Whether the ledger cannot answer yet, since this process is only connecting to it. */
  readonly isOpening: () => boolean;
  /** The longest that one question waits. */
  readonly maxMs: number;
}

/**
 * Waits for a ledger as long as it answers anybody: under load one answer may take long or fail where others come (a pool has no
 * connection left), and a call that went on without would pass its limit. What failed is asked again. Only time in which this process
 * could have heard an answer counts as silence: when hundreds of calls begin at once, nothing is heard for seconds; nor does the time in which
 * it connects and makes its tables, up to {@link OPENING_MS} of it.
 *
 * While a ledger is away, one question at a time finds out whether it is back, and all others are told so at once.
 *
 * @param ask can be repeated.
 * @throws what the ledger threw last, or DeadlineExceeded.
 */
export type Patience = <T>(ask: () => Promise<T>) => Promise<T>;

interface Waiter {
  readonly until: number;
  readonly giveUp: (error: unknown) => void;
  lastError?: unknown;
}

/** Time is looked at so often; what comes as late as this again has come to a process that was busy. */
const SLICE_MS = 50;
/** A server that takes connections and never says a word is as good as none. */
const OPENING_MS = 5000;
/** Between two tries; less a random part of up to one half. */
const PAUSE_MS = 200;

export function patience({ clock, random, silenceMs, isOpening, maxMs }: PatienceOptions): Patience {
  const waiting = new Set<Waiter>();
  let cancel: (() => void) | undefined;
  let quietMs = 0;
  let openingMs = 0;
  let isAway = false;
  let awayError: unknown;
  let isProbed = false;

  const giveUp = (waiter: Waiter, ms: number): void => {
    waiting.delete(waiter);
    waiter.giveUp(waiter.lastError ?? new DeadlineExceeded(ms));
  };
  const look = (): void => {
    const due = clock.monotonic() + SLICE_MS;
    cancel = clock.after(SLICE_MS, () => {
      const now = clock.monotonic();
      const isListening = now - due < SLICE_MS;
      if (isListening && openingMs < OPENING_MS && isOpening()) openingMs += SLICE_MS;
      else if (isListening) quietMs += SLICE_MS;
      isAway ||= quietMs >= silenceMs;
      for (const waiter of waiting) {
        if (quietMs >= silenceMs) giveUp(waiter, silenceMs);
        else if (now >= waiter.until) giveUp(waiter, maxMs);
      }
      if (waiting.size > 0) look();
      else cancel = undefined;
    });
  };
  const leave = (waiter: Waiter): void => {
    waiting.delete(waiter);
    if (waiting.size > 0) return;
    cancel?.();
    cancel = undefined;
    quietMs = 0;
  };

  const patient = <T>(ask: () => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter = {
      until: clock.monotonic() + maxMs,
      giveUp(error) {
        awayError = error;
        reject(error);
        leave(waiter);
      },
    };
    const again = (): void => {
      if (!waiting.has(waiter)) return;
      ask().then(
        (value) => {
          quietMs = 0;
          isAway = false;
          leave(waiter);
          resolve(value);
        },
        (error: unknown) => {
          waiter.lastError = error;
          if (waiting.has(waiter)) clock.after(PAUSE_MS * (1 - random() / 2), again);
        },
      );
    };
    waiting.add(waiter);
    if (!cancel) look();
    again();
    return promise;
  };

  return async (ask) => {
    if (!isAway) return patient(ask);
    if (isProbed) throw awayError;
    isProbed = true;
    try {
      return await patient(ask);
    } finally {
      isProbed = false;
    }
  };
}
