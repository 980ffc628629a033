import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';

/** After so many failures in a row, with no success between them, the store counts as away. */
const AWAY_AFTER = 3;
const FIRST_TRY_MS = 250;
/** Nothing is given up while the store is away, so there is no reason to let messages wait longer once it is back. */
const MAX_TRY_MS = 5_000;

/** How fast is written: as fast as it goes, or, while nothing succeeds, one attempt now and then. */
export interface Pace {
  isAway(): boolean;
  /** Whether an attempt may begin that nobody waits for. */
  mayBegin(): boolean;
  /** The place of an attempt in the order of beginnings. */
  begin(): number;
  /** The last place that was given. */
  begun(): number;
  /** A write succeeded, or the store refused one for what it held: the store is there. */
  answered(): void;
  /** The attempt at this place failed. Attempts that were under way together count as one failure. */
  failed(place: number): void;
  stop(): void;
}

export function createPace(
  clock: Clock,
  random: () => number,
  told: { readonly onBack: () => void; readonly onDue: () => void },
): Pace {
  const backoff = createBackoff({ firstMs: FIRST_TRY_MS, maxMs: MAX_TRY_MS, random });
  let begun = 0;
  let counted = 0;
  let failures = 0;
  let away = false;
  /** One attempt may begin although the store is away. */
  let due = false;
  let cancelTimer = (): void => undefined;

  const later = (): void => {
    due = false;
    cancelTimer();
    cancelTimer = clock.after(backoff.next(), () => {
      due = true;
      told.onDue();
    });
  };

  return {
    isAway: () => away,
    mayBegin: () => !away || due,
    begin() {
      if (away && due) later(); // from the beginning of the attempt on: it may never end
      return ++begun;
    },
    begun: () => begun,
    answered() {
      failures = 0;
      if (!away) return;
      away = false;
      cancelTimer();
      backoff.reset();
      told.onBack();
    },
    failed(place) {
      if (place <= counted) return;
      counted = begun;
      if (away || ++failures < AWAY_AFTER) return;
      away = true;
      later();
    },
    stop: () => cancelTimer(),
  };
}
