import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './run-command.ts';

export const PUBLISHED = ['mastra-perf', 'mastra-perf-redis', 'mastra-perf-pg'] as const;
export type Published = (typeof PUBLISHED)[number];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export const packageFolder = (name: string): string =>
  fileURLToPath(new URL(`../../../packages/${name}`, import.meta.url));

export const manifestOf = async (name: Published): Promise<Manifest> =>
  JSON.parse(await readFile(join(packageFolder(name), 'package.json'), 'utf8')) as Manifest;

export interface Tarball {
  readonly name: Published;
  readonly file: string;
  /** Paths inside of it. */
  readonly contents: readonly string[];
}

/** What `pnpm publish` would upload, of what is built. */
export const packAll = (folder: string): Promise<Tarball[]> =>
  Promise.all(PUBLISHED.map((name) => pack(name, folder)));

async function pack(name: Published, folder: string): Promise<Tarball> {
  const printed = await mustRun('pnpm', ['pack', '--json', '--pack-destination', folder], {
    cwd: packageFolder(name),
  });
  const { filename, files } = JSON.parse(printed) as {
    readonly filename: string;
    readonly files: ReadonlyArray<{ readonly path: string }>;
  };
  return { name, file: filename, contents: files.map(({ path }) => path) };
}
