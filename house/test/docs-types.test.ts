import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkTypes, type TypeProblem } from '../src/docs/blocks/check-types.ts';
import { codeBlocks } from '../src/docs/blocks/code-blocks.ts';
import { writeModules } from '../src/docs/blocks/write-modules.ts';
import { pages } from '../src/docs/repository.ts';

const blocks = pages()
  .flatMap(codeBlocks)
  .filter(({ language }) => language === 'ts');

/** As if it stood in a page that has nothing of its own given. */
const wrong = {
  page: 'docs/caching.md',
  line: 10_000,
  language: 'ts',
  code: "await nobody.generate('a');\ncreatePerf({ cache: { ttl: '5m', tll: 1 } });",
};
let problems: readonly TypeProblem[] = [];
let seen: readonly string[] = [];

beforeAll(async () => {
  const folder = path.resolve(import.meta.dirname, '../dist/docs-types');
  const found = await checkTypes(writeModules([...blocks, wrong], folder), folder);
  problems = found.filter(({ line }) => line < wrong.line);
  seen = found.filter(({ line }) => line >= wrong.line).map(({ message }) => message);
}, 300_000);

describe('code in README.md and docs/', () => {
  it.each(pages().filter((page) => blocks.some((block) => block.page === page)))(
    'is right for the compiler in %s, with its own imports and what pages are given',
    (page) => {
      expect(problems.filter((problem) => problem.page === page)).toEqual([]);
    },
  );

  it('is found, and what it is given is right as well', () => {
    expect(blocks.length).toBeGreaterThan(80);
    expect(problems.filter(({ page }) => !pages().includes(page))).toEqual([]);
  });

  it('would be seen if it were wrong, with what to do about it', () => {
    expect(seen).toEqual([
      expect.stringMatching(/nothing declares "nobody".*house\/src\/docs\/given\//),
      expect.stringContaining("'tll' does not exist"),
    ]);
  });
});
