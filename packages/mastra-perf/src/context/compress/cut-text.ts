/** Tokens of a text. */
export type CountText = (text: string) => number;

/** No text has fewer tokens than one for so many characters, white space aside: what is longer need not be counted. */
const MOST_CHARACTERS_PER_TOKEN = 64;
const LIKELY_CHARACTERS_PER_TOKEN = 8;
/** The beginning tells more often what a text is about. */
const HEAD_SHARE = 0.6;

export const isWithin = (text: string, maxTokens: number, count: CountText): boolean =>
  text.length <= maxTokens * MOST_CHARACTERS_PER_TOKEN && count(text) <= maxTokens;

/** The first characters, one less where a surrogate pair would be split. */
function headOf(text: string, length: number): string {
  return text.slice(0, isInsidePair(text, length) ? length - 1 : length);
}

/** The last characters, one less where a surrogate pair would be split. */
function tailOf(text: string, length: number): string {
  const from = Math.max(0, text.length - length);
  return text.slice(isInsidePair(text, from) ? from + 1 : from);
}

const isInsidePair = (text: string, at: number): boolean =>
  at > 0 &&
  at < text.length &&
  (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 &&
  (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Head and tail of a text, about so many characters of it, and between them how many are left out. */
export function cutMiddle(text: string, keep: number): string {
  if (text.length <= keep) return text;
  const head = headOf(text, Math.ceil(keep * HEAD_SHARE));
  const tail = tailOf(text, Math.max(0, keep - head.length));
  return `${head}… ${text.length - head.length - tail.length} characters left out …${tail}`;
}

/** The text itself if it fits, else as much of its head and tail as does; `'…'` or nothing where not even the marker fits. */
export function fitText(text: string, maxTokens: number, count: CountText): string {
  if (isWithin(text, maxTokens, count)) return text;
  const most = Math.min(text.length - 1, maxTokens * LIKELY_CHARACTERS_PER_TOKEN);
  const cut = largestThatFits(most, (keep) => {
    const shorter = cutMiddle(text, keep);
    return shorter.length < text.length && isWithin(shorter, maxTokens, count) ? shorter : undefined;
  });
  return cut ?? (isWithin('…', maxTokens, count) ? '…' : '');
}

/** What is made with the largest size, from 0, with which something comes out; found by halving. */
export function largestThatFits<T>(most: number, make: (size: number) => T | undefined): T | undefined {
  let [low, high] = [0, Math.max(0, most)];
  let best = make(high);
  if (best !== undefined) return best;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const made = make(middle);
    if (made === undefined) high = middle;
    else {
      best = made;
      low = middle + 1;
    }
  }
  return best;
}
