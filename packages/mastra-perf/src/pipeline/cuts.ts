/*
 * Lengths of joined deltas as a text: one character each, in base 36, and `(2s)` for one that takes more. As JSON numbers
 * the 760 lengths of an answer of 3.5 KB would take 1.5 KB, and most of the time that it takes to write and read it.
 */

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

export function writeCuts(lengths: readonly number[]): string {
  let text = '';
  for (const length of lengths) text += DIGITS[length] ?? `(${length.toString(36)})`;
  return text;
}

/** `undefined` for what is no such text, or whose lengths do not add up to `total`. */
export function readCuts(text: string, total: number): number[] | undefined {
  const lengths: number[] = [];
  let sum = 0;
  for (let at = 0; at < text.length; at++) {
    let length = digitAt(text, at);
    if (length === undefined) {
      const digits = /^\(([\da-z]{2,9})\)/.exec(text.slice(at, at + 11))?.[1];
      if (digits === undefined) return undefined;
      length = Number.parseInt(digits, 36);
      at += digits.length + 1;
    }
    lengths.push(length);
    sum += length;
  }
  return sum === total ? lengths : undefined;
}

function digitAt(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 122 ? code - 87 : undefined;
}
