import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeBlock } from './code-blocks.ts';
import { freeNames } from './free-names.ts';

/** A block of TypeScript as a module of its own. */
export interface BlockModule extends CodeBlock {
  readonly file: string;
}

const GIVEN = path.resolve(import.meta.dirname, '../given');

/**
 * Writes blocks as modules. Pages show what matters and leave out the rest: names that a block does not declare are imported from
 * given/<page>.ts (of <folder>/README.md: <folder>.ts), or from given/common.ts for pages without one. Code stands in the same lines as in
 * its page, so that errors do.
 *
 * A block that begins with a comment like `// src/mastra.ts` is that file for the other blocks of its page.
 */
export function writeModules(blocks: readonly CodeBlock[], folder: string): BlockModule[] {
  rmSync(folder, { recursive: true, force: true });
  const taken = new Set<string>();
  const modules = blocks.map((block) => {
    const root = path.join(folder, block.page);
    const named = path.join(root, fileNameIn(block.code) ?? `${block.line}.ts`);
    const file = taken.has(named) ? path.join(root, `${block.line}.ts`) : named;
    taken.add(file);
    return { ...block, file };
  });
  for (const { file, page, line, code } of modules) {
    const { values, types } = freeNames(code);
    const { own, all } = givenTo(page);
    const given = existsSync(own) ? own : all;
    const from = JSON.stringify(slashes(path.relative(path.dirname(file), given)));
    const head = [
      values.length > 0 && `import { ${values.join(', ')} } from ${from};`,
      types.length > 0 && `import type { ${types.join(', ')} } from ${from};`,
      'export {};',
    ];
    write(file, head.filter(Boolean).join(' ') + '\n'.repeat(line - 1) + code);
  }
  for (const { file, code } of modules) {
    for (const specifier of freeNames(code).files) standIn(path.resolve(path.dirname(file), specifier));
  }
  return modules;
}

/** A file that a page imports and does not show is the one of that name in given/files/. */
function standIn(file: string): void {
  const given = path.join(GIVEN, 'files', path.basename(file));
  if (existsSync(file) || !existsSync(given)) return;
  const from = slashes(path.relative(path.dirname(file), given));
  write(file, `export * from ${JSON.stringify(from)};\n`);
}

/** Where names come from that blocks of a page do not declare: a file for this page, if there is one, else that for all of them. */
export function givenTo(page: string): { readonly own: string; readonly all: string } {
  const name = page.endsWith('/README.md') ? path.dirname(page) : page;
  return { own: path.join(GIVEN, `${path.basename(name, '.md')}.ts`), all: path.join(GIVEN, 'common.ts') };
}

const fileNameIn = (code: string): string | undefined =>
  /^\/\/ ([\w-]+(?:[./][\w-]+)*\.ts)\b/.exec(code)?.[1];

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function slashes(file: string): string {
  const relative = file.replaceAll('\\', '/');
  return relative.startsWith('.') ? relative : `./${relative}`;
}
