import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, runCommand, type CommandResult } from './run-command.ts';
import type { NodeBinary } from './node-binaries.ts';

export interface PackageManager {
  readonly name: string;
  /** Whether there is a folder `node_modules` for a compiler to look into. */
  readonly hasFolder: boolean;
  /** Resolves a project of its own. @throws Error with what it printed. */
  install(project: string, node: NodeBinary): Promise<unknown>;
  /** Runs a program of the project with this Node. */
  run(project: string, node: NodeBinary, args: readonly string[]): Promise<CommandResult>;
}

/** What is said to child processes: this Node, and nothing of the package manager that runs us. */
export const environment = (node?: NodeBinary): Record<string, string | undefined> => ({
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(npm_|pnpm_|node_options$|vitest)/i.test(name))
      .map((name) => [name, undefined]),
  ),
  ...(node && { PATH: `${node.folder}:${process.env['PATH']}` }),
  MASTRA_TELEMETRY_DISABLED: '1',
  // A lock file is what these installs are to make.
  CI: undefined,
});

const plainNode: PackageManager['run'] = (cwd, node, args) =>
  runCommand(join(node.folder, 'node'), args, { cwd, env: environment(node) });

/*
 * None is asked to refuse packages that do not want the lowest Node: Mastra itself has had some. Ours are looked at alone, see
 * engines-check.ts.
 */

/** Refuses a peer that does not fit. */
export const npm: PackageManager = {
  name: 'npm',
  hasFolder: true,
  async install(cwd, node) {
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--strict-peer-deps'];
    await mustRun('npm', ['install', ...flags], { cwd, env: environment(node) });
  },
  run: plainNode,
};

/** Gives a package nothing but what it declares. */
export const pnpm: PackageManager = {
  name: 'pnpm',
  hasFolder: true,
  async install(cwd, node) {
    await writeFile(
      join(cwd, 'pnpm-workspace.yaml'),
      'strictPeerDependencies: true\nstrictDepBuilds: false\npmOnFail: ignore\n',
    );
    await mustRun('pnpm', ['install', '--prefer-offline'], { cwd, env: environment(node) });
  },
  run: plainNode,
};

/** @param tools has the packages `yarn-1` and `yarn-4`. */
function yarns(tools: string): readonly PackageManager[] {
  const [one, four] = [
    join(tools, 'node_modules/yarn-1/bin/yarn.js'),
    join(tools, 'node_modules/yarn-4/bin/yarn.js'),
  ];
  // Classic yarn knows a tarball by its version alone: what an earlier run has packed must not be found.
  const cache = ['--cache-folder', join(tools, 'cache-1')];
  const berry = (node: NodeBinary) => ({
    ...environment(node),
    YARN_GLOBAL_FOLDER: join(tools, 'cache-4'),
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
    YARN_NODE_LINKER: 'pnp',
  });
  return [
    {
      name: 'yarn 1',
      hasFolder: true,
      install: (cwd, node) =>
        mustRun(
          join(node.folder, 'node'),
          [one, 'install', '--non-interactive', '--ignore-engines', ...cache],
          {
            cwd,
            env: environment(node),
          },
        ),
      run: plainNode,
    },
    {
      name: "yarn 4 (Plug'n'Play)",
      hasFolder: false,
      async install(cwd, node) {
        // Without a lock file of its own a project is taken for a part of one further up.
        await writeFile(join(cwd, 'yarn.lock'), '');
        await mustRun(join(node.folder, 'node'), [four, 'install'], { cwd, env: berry(node) });
      },
      run: (cwd, node, args) =>
        runCommand(join(node.folder, 'node'), [four, 'node', ...args], { cwd, env: berry(node) }),
    },
  ];
}

/** Brings both lines of yarn, which no machine has to have. */
export async function bringYarns(tools: string): Promise<readonly PackageManager[]> {
  const dependencies = { 'yarn-1': 'npm:yarn@1.22.22', 'yarn-4': 'npm:@yarnpkg/cli-dist@4.18.1' };
  await writeFile(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: tools });
  return yarns(tools);
}
