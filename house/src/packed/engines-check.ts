import { mkdir, writeFile } from 'node:fs/promises';
import { failed, PASSED, type Verdict } from './consumer-checks.ts';
import type { NodeBinary } from './node-binaries.ts';
import { environment } from './package-managers.ts';
import { runCommand } from './run-command.ts';
import type { Tarball } from './tarballs.ts';

/** Whether what our packages depend on, without their peers, wants nothing newer than the lowest Node that we promise. */
export async function checkEngines(
  project: string,
  tarballs: readonly Tarball[],
  lowest: NodeBinary,
): Promise<Verdict> {
  await mkdir(project, { recursive: true });
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  await writeFile(`${project}/package.json`, JSON.stringify({ private: true, dependencies }));
  const flags = ['--engine-strict', '--legacy-peer-deps', '--no-audit', '--no-fund', '--prefer-offline'];
  const { code, stdout, stderr } = await runCommand('npm', ['install', ...flags], {
    cwd: project,
    env: environment(lowest),
  });
  return code === 0 ? PASSED : failed(`${stdout}${stderr}`);
}
