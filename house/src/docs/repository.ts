import { globSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository. */
export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** All pages that users read, relative to the root, with `/`. Pages that are added are found by their place. */
export function pages(): string[] {
  const found = globSync(['README.md', 'docs/*.md', 'packages/*/README.md', 'examples/*/README.md'], {
    cwd: ROOT,
  });
  return found.map((page) => page.replaceAll('\\', '/')).toSorted();
}
