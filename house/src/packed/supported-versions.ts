import { mustRun } from './run-command.ts';
import { manifestOf, PUBLISHED } from './tarballs.ts';

/** The lowest that `engines` names, and what has come since: the lines that are maintained, each in its newest release. */
export async function nodeVersions(): Promise<readonly [string, ...string[]]> {
  const { engines } = await manifestOf('mastra-perf');
  const lowest = /^>=(\d+\.\d+)\.\d+$/.exec(engines.node)?.[1];
  if (!lowest) throw new Error(`engines.node of mastra-perf is ${engines.node}: expected >=a.b.c`);
  return [lowest, '24', '26'];
}

/** The lowest and the newest Mastra that the peer range takes and the registry has; one, where they are the same. */
export async function mastraVersions(cwd: string): Promise<readonly [string, ...string[]]> {
  const { peerDependencies = {} } = await manifestOf('mastra-perf');
  const { lowest, newest } = await endsOf('@mastra/core', peerDependencies['@mastra/core'] ?? '', cwd);
  return lowest === newest ? [lowest] : [lowest, newest];
}

/** The Mastra that the tests of this repository run with. */
export async function pinnedMastra(): Promise<string> {
  const { devDependencies = {} } = await manifestOf('mastra-perf');
  return devDependencies['@mastra/core'] ?? '';
}

/** What an application may do without, and which versions of it fit. */
export async function optionalPeers(): Promise<Readonly<Record<string, string>>> {
  const manifests = await Promise.all(PUBLISHED.map(manifestOf));
  const ranges = manifests.flatMap(({ peerDependencies = {}, peerDependenciesMeta = {} }) =>
    Object.entries(peerDependencies).filter(([name]) => peerDependenciesMeta[name]?.optional),
  );
  // Optional for a store alone, but not where the plugin is.
  return Object.fromEntries(ranges.filter(([name]) => name !== '@mastra/core'));
}

/** The same in the lowest version that fits. */
export async function lowestPeers(cwd: string): Promise<Readonly<Record<string, string>>> {
  const ranges = Object.entries(await optionalPeers());
  return Object.fromEntries(
    await Promise.all(
      ranges.map(async ([name, range]) => [name, (await endsOf(name, range, cwd)).lowest] as const),
    ),
  );
}

async function endsOf(name: string, range: string, cwd: string): Promise<{ lowest: string; newest: string }> {
  const printed = await mustRun('npm', ['view', `${name}@${range}`, 'version', '--json'], { cwd });
  const found = [JSON.parse(printed) as string | readonly string[]].flat();
  // A release candidate is what nobody installs by accident.
  const versions = found.filter((version) => !version.includes('-')).toSorted(byVersion);
  const [lowest, newest] = [versions[0], versions.at(-1)];
  if (lowest === undefined || newest === undefined) throw new Error(`the registry has no ${name}@${range}`);
  return { lowest, newest };
}

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
