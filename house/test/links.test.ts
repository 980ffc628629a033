import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, pageLinks } from '../src/docs/links/page-links.ts';
import { pages, ROOT } from '../src/docs/repository.ts';

const all = [...pages(), 'CONTRIBUTING.md'];

describe('links between pages', () => {
  it.each(all)('lead to a file and a heading that are there: %s', (page) => {
    const broken = pageLinks(page).filter(({ file, anchor }) => {
      if (!existsSync(path.join(ROOT, file))) return true;
      return anchor !== undefined && !(file.endsWith('.md') && anchorsOf(file).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('are found at all', () => {
    expect(all.flatMap(pageLinks).length).toBeGreaterThan(150);
    expect(pageLinks('docs/storage.md')).toContainEqual(
      expect.objectContaining({ file: 'docs/redis.md', anchor: 'mastras-storage' }),
    );
  });

  it('lead from the index to each page of docs/', () => {
    const linked = new Set(pageLinks('docs/README.md').map(({ file }) => file));
    const missing = all.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(missing.filter((page) => !linked.has(page))).toEqual([]);
  });
});
