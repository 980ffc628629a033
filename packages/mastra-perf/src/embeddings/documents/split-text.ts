export interface SplitOptions {
  /** Longest chunk, in tokens. */
  readonly size: number;
  /** Tokens from the end of a chunk that the next one begins with. */
  readonly overlap: number;
  readonly tokens: (text: string) => number;
  /** Whether lines that begin with `#` are headings: where a chunk best ends. */
  readonly hasHeadings: boolean;
}

/** From the best place to cut to the worst; each matches what a piece ends with. */
const PLACES = [
  /(?<=\n)(?=#{1,6} )/,
  /(?<=\n[ \t]*\n)/,
  /(?<=\n)/,
  /(?<=[.!?。！？;:] )|(?<=[。！？])/u,
  /(?<=\s)/,
];
/** A text without a space in it is cut here; a token has one character at least, and usually four. */
const CHARACTERS_PER_TOKEN = 3;
/** Longer texts are cut without being counted first. */
const MOST_CHARACTERS_PER_TOKEN = 40;

/**
 * Cuts a text into chunks: at headings and blank lines where it can, else at the ends of lines, of sentences, between words, and in the
 * middle of what has no spaces. Each piece is counted once, so it takes time in proportion to the text.
 */
export function splitText(text: string, { size, overlap, tokens, hasHeadings }: SplitOptions): string[] {
  const chunks: string[] = [];
  let current = '';
  let held = 0;
  /** Whether there is more in it than the end of the chunk before. */
  let isNew = false;

  const close = (): void => {
    const chunk = current.trim();
    if (isNew && chunk !== '') chunks.push(chunk);
    current = overlap > 0 && isNew ? endOf(current, overlap, tokens) : '';
    held = current === '' ? 0 : tokens(current);
    isNew = false;
  };
  const add = (piece: string, count: number): void => {
    if (held + count > size && current !== '') close();
    if (held + count > size) {
      // The end of the chunk before does not fit beside it.
      current = '';
      held = 0;
    }
    current += piece;
    held += count;
    isNew = true;
  };
  const cut = (piece: string, place: number): void => {
    const count = piece.length > size * MOST_CHARACTERS_PER_TOKEN ? Infinity : tokens(piece);
    if (count <= size) return add(piece, count);
    const at = PLACES[place];
    if (at) for (const part of piece.split(at)) cut(part, place + 1);
    else for (const part of inEqualParts(piece, size, tokens)) add(part.text, part.count);
  };
  cut(text, hasHeadings ? 0 : 1);
  close();
  return chunks;
}

/** The last words of a chunk, as many as the overlap has tokens. */
function endOf(chunk: string, overlap: number, tokens: (text: string) => number): string {
  const words = chunk.slice(-overlap * 8).split(/(?<=\s)/);
  let end = '';
  let held = 0;
  for (let at = words.length - 1; at > 0; at--) {
    const word = words[at] as string;
    held += tokens(word);
    if (held > overlap) break;
    end = word + end;
  }
  return end;
}

function inEqualParts(
  text: string,
  size: number,
  tokens: (text: string) => number,
): { readonly text: string; readonly count: number }[] {
  const parts: { text: string; count: number }[] = [];
  let length = size * CHARACTERS_PER_TOKEN;
  for (let from = 0; from < text.length;) {
    const part = text.slice(from, from + length).toWellFormed();
    const isCut = part.endsWith('\ufffd') && text.charCodeAt(from + length - 1) !== 0xfffd;
    const whole = isCut ? part.slice(0, -1) : part;
    const count = tokens(whole);
    if (count > size && whole.length > 2) {
      length = Math.max(2, Math.floor((length * size * 0.9) / count));
      continue;
    }
    parts.push({ text: whole, count });
    from += whole.length;
  }
  return parts;
}
