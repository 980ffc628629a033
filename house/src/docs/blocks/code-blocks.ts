import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.ts';

/** What stands between two fences of a page. */
export interface CodeBlock {
  /** Relative to the root of the repository. */
  readonly page: string;
  /** Of the first line of the code, from 1. */
  readonly line: number;
  /** `ts`, `sh`, …; empty without one. */
  readonly language: string;
  readonly code: string;
}

/** The blocks of a page, in their order. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly indent: number; readonly language: string; readonly first: number } | undefined;
  let lines: string[] = [];
  for (const [index, line] of readFileSync(path.join(ROOT, page), 'utf8').split('\n').entries()) {
    const [, indent = '', language = ''] = /^( *)```(\S*)/.exec(line) ?? [];
    if (!line.trimStart().startsWith('```')) {
      if (open) lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
    } else if (open) {
      blocks.push({ page, line: open.first, language: open.language, code: lines.join('\n') });
      open = undefined;
    } else {
      open = { indent: indent.length, language, first: index + 2 };
      lines = [];
    }
  }
  if (open)
    throw new Error(
      `${page}:${open.first - 1}: expected the end of this block of code, got the end of the page`,
    );
  return blocks;
}
