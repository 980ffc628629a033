import type { Guard } from './guard.ts';
import type { PairReader } from './pair-reading.ts';
import type { Token } from './reading.ts';

const NUMBER = /^[+-]?[\p{Nd}\p{Nl}\p{No}][\p{Nd}.,:/]*$/u;
const HAN_NUMBER = /^[一二三四五六七八九十百千万萬亿億两兩〇零]$/u;

/**
 * Refuses a number for another one, and in anything but two questions also one that the other text has not. Words for small numbers are
 * numbers; 1,000 is 1000, and 1.000 is not.
 */
export function numbersGuard({ read }: PairReader): Guard {
  const hasNumber = (tokens: readonly Token[]) =>
    tokens.some(({ exact }) => NUMBER.test(exact) || HAN_NUMBER.test(exact));
  return {
    name: 'numbers',
    passes(a, b) {
      const { onlyA, onlyB, isPluralFree } = read(a, b);
      const [inA, inB] = [hasNumber(onlyA), hasNumber(onlyB)];
      return isPluralFree ? !(inA && inB) : !(inA || inB);
    },
  };
}
