import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const CODE = /\.(mjs|cjs|d\.mts|d\.cts)$/;
/** How a bundler writes them: one statement, one string. */
const IMPORTS =
  /(?:^|[;}\s])(?:import|export)\b[^'"`;]*?\bfrom\s*["']([^"'\s]+)["']|^\s*import\s*["']([^"'\s]+)["']|\b(?:require|require\.resolve|import)\(\s*["']([^"'\s]+)["']\s*\)/gm;

/** Packages that the built files of a package name; not each is loaded. */
export async function builtImports(folder: string): Promise<ReadonlySet<string>> {
  const dist = join(folder, 'dist');
  const files = (await readdir(dist)).filter((file) => CODE.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(dist, file), 'utf8')));
  return new Set(texts.flatMap(importedBy).map(packageOf));
}

/** Without examples in comments. */
const importedBy = (text: string): string[] =>
  [...text.replaceAll(/^\s*\/?\*.*$/gm, '').matchAll(IMPORTS)]
    .map(([, from, bare, called]) => from ?? bare ?? called ?? '')
    .filter((name) => /^[@a-z]/.test(name) && !isBuiltin(name));

export const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
