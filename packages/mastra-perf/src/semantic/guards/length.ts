import { folded } from './folded.ts';
import type { Guard } from './guard.ts';

/** In UTF-16 units. Longer texts are rarely asked twice in other words, and each further sentence is a place where they may differ. */
const MOST_LENGTH = 2_000;

/** Refuses long texts, so that the work of the others has a limit. */
export const lengthGuard = (most: number = MOST_LENGTH): Guard => ({
  name: 'length',
  passes: (a, b) => isShort(a, most) && isShort(b, most),
});

/** One sign may stand for many: some are 18 times as long in the form that is compared. */
const isShort = (text: string, most: number): boolean => text.length <= most && folded(text).length <= most;
