import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run-command.ts';

export interface NodeBinary {
  /** Such as `22.13`. */
  readonly name: string;
  /** The folder to have on the PATH. */
  readonly folder: string;
}

/** Node as npm has it, packages of which each holds a binary for one platform. */
export async function bringNodes(
  folder: string,
  versions: readonly [string, ...string[]],
): Promise<[NodeBinary, ...NodeBinary[]]> {
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries(
    versions.map((version) => [aliasOf(version), `npm:node-${process.platform}-${process.arch}@${version}`]),
  );
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
  const [lowest, ...later] = versions;
  return [binaryIn(folder, lowest), ...later.map((name) => binaryIn(folder, name))];
}

const binaryIn = (folder: string, name: string): NodeBinary => ({
  name,
  folder: join(folder, 'node_modules', aliasOf(name), 'bin'),
});

const aliasOf = (version: string): string => `node-${version}`;
