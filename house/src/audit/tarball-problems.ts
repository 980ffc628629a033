import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Published, Tarball } from '../packed/tarballs.ts';

/** Of the tarball, in bytes; two thirds are source maps, which a stack trace is read with. */
const LIMITS: Readonly<Record<Published, number>> = {
  'mastra-perf': 2_600_000,
  'mastra-perf-redis': 200_000,
  'mastra-perf-pg': 280_000,
};

const EXPECTED =
  /^(?:package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES|dist\/[\w.-]+\.(?:[cm]js|[cm]js\.map|d\.[cm]ts))$/;

/**
 * No sources, no tests, no folder of this machine, and not more bytes than before.
 *
 * @param folder where its contents were packed from
 */
export async function tarballProblems({ name, file, contents }: Tarball, folder: string): Promise<string[]> {
  const { size } = await stat(file);
  const limit = LIMITS[name];
  const strangers = contents.filter((path) => !EXPECTED.test(path)).map((path) => `has ${path} inside`);
  const maps = contents.filter((path) => path.endsWith('.map'));
  return [
    ...(size > limit ? [`is ${size} bytes packed, more than ${limit}`] : []),
    ...strangers,
    ...(await Promise.all(maps.map((path) => mapProblems(join(folder, path), path)))).flat(),
  ];
}

async function mapProblems(file: string, path: string): Promise<string[]> {
  const { sources, sourcesContent = [] } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly sources: readonly string[];
    readonly sourcesContent?: ReadonlyArray<string | null>;
  };
  const isWhole = sources.every((_, index) => typeof sourcesContent[index] === 'string');
  const absolute = sources.filter((source) => /^(?:\/|file:|[A-Za-z]:)/.test(source));
  return [
    // The files that it names are not published.
    ...(isWhole ? [] : [`has ${path}, a map of sources that are not in it`]),
    ...absolute.map((source) => `has ${path}, which names ${source}`),
  ];
}
