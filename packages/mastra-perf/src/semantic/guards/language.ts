import type { Guard } from './guard.ts';
import type { PairReader } from './pair-reading.ts';

/** Refuses texts in two languages. */
export function languageGuard({ read }: PairReader): Guard {
  return {
    name: 'language',
    passes(a, b) {
      const pair = read(a, b);
      return pair.a.language === pair.b.language;
    },
  };
}
