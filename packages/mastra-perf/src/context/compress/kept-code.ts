import { hash } from 'node:crypto';

/** A text of which the code is taken out, and how it is put back. */
export interface WithoutCode {
  /** With a line such as `[[code-1-3f9a2b71]]` in place of each block. */
  readonly text: string;
  readonly blocks: readonly string[];
  /** The answer with the blocks as they were; `undefined` where one of them is missing or there twice. */
  readonly restore: (answer: string) => string | undefined;
}

/**
 * Takes fenced blocks of code out of a text. A summarizer cannot change what it does not see, and need not write it again. A fence that
 * is not closed goes to the end of the text.
 */
export function withoutCode(text: string): WithoutCode {
  const seed = seedOf(text);
  const blocks: string[] = [];
  const lines: string[] = [];
  let open: { readonly mark: string; readonly lines: string[] } | undefined;
  const close = (block: readonly string[]): void => {
    blocks.push(block.join('\n'));
    lines.push(placeholder(blocks.length, seed));
  };
  for (const line of text.split('\n')) {
    if (open) {
      open.lines.push(line);
      if (!isClosing(line, open.mark)) continue;
      close(open.lines);
      open = undefined;
    } else {
      const mark = openingOf(line);
      if (mark === undefined) lines.push(line);
      else open = { mark, lines: [line] };
    }
  }
  if (open) close(open.lines);
  return { text: lines.join('\n'), blocks, restore: (answer) => restored(answer, blocks, seed) };
}

/** What follows a fence of backticks has none in it: else it is code in a line. */
function openingOf(line: string): string | undefined {
  const [, mark, rest = ''] = /^[ \t]*(`{3,}|~{3,})(.*)/.exec(line) ?? [];
  return mark?.startsWith('`') && rest.includes('`') ? undefined : mark;
}

const isClosing = (line: string, mark: string): boolean => {
  const closing = line.trim();
  return closing.startsWith(mark) && closing.replaceAll(mark[0] ?? '', '') === '';
};

/** Blocks stand on lines of their own, else their fences would not be fences. */
function restored(answer: string, blocks: readonly string[], seed: string): string | undefined {
  const isThere = blocks.every((_, index) => answer.split(placeholder(index + 1, seed)).length === 2);
  if (!isThere) return undefined;
  const lines = answer
    .split('\n')
    .flatMap((line) => (line.includes(seed) ? withBlocks(line, blocks, seed) : [line]));
  return lines.join('\n');
}

function withBlocks(line: string, blocks: readonly string[], seed: string): string[] {
  const pieces = line.split(new RegExp(`\\[\\[code-(\\d{1,9})-${seed}\\]\\]`));
  return pieces.flatMap((piece, index) => {
    if (index % 2 === 1) return [blocks[Number(piece) - 1] ?? ''];
    return piece.trim() === '' ? [] : [piece.trimEnd()];
  });
}

const placeholder = (number: number, seed: string): string => `[[code-${number}-${seed}]]`;

/** Letters and digits that are not in the text. */
function seedOf(text: string): string {
  let seed = '';
  for (let salt = 0; seed === '' || text.includes(seed); salt++)
    seed = hash('sha256', `${salt}:${text}`, 'hex').slice(0, 8);
  return seed;
}
