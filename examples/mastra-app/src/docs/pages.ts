import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One Markdown page as it ships in the package. */
export interface DocsPage {
  /** Relative to the docs folder, with forward slashes. */
  readonly path: string;
  readonly markdown: string;
}

export interface DocsPages {
  /** Version of the `@mastra/core` that ships the pages. */
  readonly version: string;
  readonly pages: readonly DocsPage[];
}

/** Reads every Markdown page that the installed `@mastra/core` ships, in a stable order. */
export async function readDocsPages(): Promise<DocsPages> {
  const dist = fileURLToPath(new URL('.', import.meta.resolve('@mastra/core')));
  const folder = join(dist, 'docs');
  const names = await readdir(folder, { recursive: true });
  const paths = names.filter((name) => name.endsWith('.md')).toSorted();
  const pages = await Promise.all(
    paths.map(async (name) => ({
      path: name.replaceAll('\\', '/'),
      markdown: await readFile(join(folder, name), 'utf8'),
    })),
  );
  return { version: await packageVersion(join(dist, '..', 'package.json')), pages };
}

async function packageVersion(file: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'version' in parsed &&
    typeof parsed.version === 'string'
  ) {
    return parsed.version;
  }
  throw new Error(`expected a "version" string in the package.json of @mastra/core, found none`);
}
