import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageOf } from './built-imports.ts';

/** What of others stands inside our files has its licence in THIRD-PARTY-LICENSES. */
export async function bundledProblems(folder: string): Promise<string[]> {
  const notices = await readFile(join(folder, 'THIRD-PARTY-LICENSES'), 'utf8').catch(() => '');
  const named = new Set(
    [...notices.matchAll(/^([@\w./-]+) \(https:/gm)].map(([, name]) => name?.toLowerCase()),
  );
  const bundled = new Set([...(await inDist(folder)), ...(await inPage(folder))]);
  return [...bundled]
    .filter((name) => !named.has(name.toLowerCase()))
    .map((name) => `contains ${name}, whose licence is not in THIRD-PARTY-LICENSES`);
}

/** Source maps tell where each line comes from. */
async function inDist(folder: string): Promise<string[]> {
  const dist = join(folder, 'dist');
  const maps = (await readdir(dist)).filter((file) => file.endsWith('.map'));
  const texts = await Promise.all(maps.map((file) => readFile(join(dist, file), 'utf8')));
  return texts
    .flatMap((text) => (JSON.parse(text) as { readonly sources: readonly string[] }).sources)
    .filter((source) => source.includes('node_modules/'))
    .map((source) => packageOf(source.slice(source.lastIndexOf('node_modules/') + 'node_modules/'.length)));
}

/** The page is built into a text, which has no map. */
async function inPage(folder: string): Promise<string[]> {
  const page = join(folder, 'page');
  const files = (await readdir(page).catch(() => [])).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(page, file), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/ from '([@a-z][^']*)'/g)].map(([, from]) => packageOf(from ?? '')),
  );
}
