/**
 * Longest run of letters, of marks or of white space that goes to the encoder in one piece, in UTF-16 units. Byte-pair merging
 * is quadratic in it: 16,000 Chinese characters without a mark between them block for 0.7 s. A cut changes the count by one
 * token at most (`long-runs.test.ts`).
 */
export const MAX_RUN = 256;

const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
const MARK = 4;
/** Goes on with whatever it follows: combining marks and halves of pairs. */
const ANY = 5;

const KINDS: readonly (readonly [pattern: RegExp, kind: number])[] = [
  [/[\p{M}\p{Cs}]/u, ANY],
  [/\p{L}/u, LETTER],
  [/\p{N}/u, DIGIT],
  [/\s/u, SPACE],
];

const kindOf = (unit: number): number =>
  KINDS.find(([pattern]) => pattern.test(String.fromCharCode(unit)))?.[1] ?? MARK;

export type SplitRuns = (text: string) => readonly string[];

/** Cuts a text into pieces without longer runs; most texts are one piece. */
export function createSplitRuns(): SplitRuns {
  const known = new Uint8Array(0x1_0000);

  return (text) => {
    if (text.length <= MAX_RUN) return [text];
    const pieces: string[] = [];
    let from = 0;
    let begun = 0;
    let running = 0;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      const kind = known[unit] || (known[unit] = kindOf(unit));
      // Numbers are cut into three digits by the vocabularies themselves.
      if (kind !== ANY && kind !== running) [running, begun] = [kind, index];
      if (running === DIGIT || index - begun < MAX_RUN || isLowHalf(unit)) continue;
      pieces.push(text.slice(from, index));
      from = begun = index;
    }
    pieces.push(text.slice(from));
    return pieces;
  };
}

const isLowHalf = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
