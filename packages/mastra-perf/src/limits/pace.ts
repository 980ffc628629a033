import { MINUTE_MS } from './options.ts';

/** How an amount per minute is handed out. */
export interface Pace {
  readonly perMinute: number;
  readonly burst: number;
}

const DRAIN = 0.93;
const BURST = 0.04;

/**
 * Of what is allowed, 93 % are handed out evenly, and 4 % of a window at once where nothing was taken for a while: no window
 * of the provider, wherever it begins, sees more than is allowed.
 *
 * Let L be what a window W allows, T = W / (0.93 L) the time in which one comes back, and B the burst. A bucket lets the n-th of
 * a row begin no earlier than (n - B) T after the first. In any W, its end not included, fit only those with (n - B) T < W:
 *
 *     n < B + 0.93 L
 *
 * With B = 0.04 L that is n < 0.97 L. The 3 % between are for time on the way: requests that left in 61.8 s may arrive within 60.
 * With B = 1, where 0.04 L is less, it is n < 1 + 0.93 L, and so n <= L for every whole L from 1 to 25 and 1.93 <= L below 1:
 * for those less than one is allowed, and one is what is sent; the next one comes W / 0.93 later, which is 7 % on the safe side.
 *
 * A single call with more tokens than the burst begins when nothing is owed and may pass the limit by what it is larger, less
 * those 3 %: to hold it back further would not let it pass at all.
 */
export function paceOf(allowedPerMinute: number, windowMs: number): Pace {
  const allowed = (allowedPerMinute * windowMs) / MINUTE_MS;
  return { perMinute: DRAIN * allowedPerMinute, burst: Math.max(1, BURST * allowed) };
}
