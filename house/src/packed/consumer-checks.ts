import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_WELL } from './consumer-programs.ts';
import { configName, TYPED, type Compiler } from './consumer-project.ts';
import type { NodeBinary } from './node-binaries.ts';
import { environment, type PackageManager } from './package-managers.ts';
import { runCommand } from './run-command.ts';

export interface Verdict {
  /** `skipped`: Mastra alone does not do it either. */
  readonly result: 'passed' | 'failed' | 'skipped';
  /** What was printed, unless it passed. */
  readonly report?: string;
}

export const PASSED: Verdict = { result: 'passed' };
export const failed = (report: string): Verdict => ({ result: 'failed', report });

export async function verdictOf(work: () => Promise<unknown>): Promise<Verdict> {
  try {
    await work();
    return PASSED;
  } catch (error) {
    return failed(String(error));
  }
}

/** Where it fails, Mastra alone tells whether that is our fault. */
export async function checkProgram(
  manager: Pick<PackageManager, 'run'>,
  project: string,
  node: NodeBinary,
  extension: 'mjs' | 'cjs',
): Promise<Verdict> {
  const verdict = await checkRun(manager, project, node, `program.${extension}`);
  if (verdict.result === 'passed') return verdict;
  const alone = await checkRun(manager, project, node, `alone.${extension}`);
  return alone.result === 'passed' ? verdict : { ...alone, result: 'skipped' };
}

/**
 * Runs a file of the project that says so when all is well. A word of ours on stderr is a fault: some warning that nobody asked
 * for.
 */
export async function checkRun(
  manager: Pick<PackageManager, 'run'>,
  project: string,
  node: NodeBinary,
  program: string,
): Promise<Verdict> {
  const { code, stdout, stderr } = await manager.run(project, node, [program]);
  const isWell = code === 0 && stdout.includes(`${ALL_WELL}v${node.name}`) && !stderr.includes('MASTRA_PERF');
  return isWell ? PASSED : failed(`${program} ended with ${code}:\n${stdout}${stderr}`);
}

export async function checkCommand(
  manager: Pick<PackageManager, 'run'>,
  project: string,
  node: NodeBinary,
): Promise<Verdict> {
  const file = 'node_modules/mastra-perf/dist/cli.mjs';
  const { code, stdout, stderr } = await manager.run(project, node, [file, '--help']);
  return code === 0 && stdout.includes('mastra-perf') ? PASSED : failed(`the command:\n${stdout}${stderr}`);
}

/** Where peers are that an application may do without, nothing is shown about what happens without them. */
export function checkAbsentPeers(project: string, peers: readonly string[]): Verdict {
  const there = peers.filter((name) => existsSync(join(project, 'node_modules', name)));
  return there.length === 0 ? PASSED : failed(`installed although nobody asked for it: ${there.join(', ')}`);
}

/** Each compiler, each way to resolve modules. */
export async function checkTypes(project: string, compilers: readonly Compiler[]): Promise<Verdict> {
  const faults: string[] = [];
  for (const compiler of compilers)
    for (const way of TYPED) {
      const args = [join('node_modules', compiler, 'bin/tsc'), '-p', configName(way)];
      const { code, stdout, stderr } = await runCommand(process.execPath, args, {
        cwd: project,
        env: environment(),
      });
      if (code !== 0) faults.push(`${compiler}, ${configName(way)}:\n${stdout}${stderr}`);
    }
  return faults.length === 0 ? PASSED : failed(faults.join('\n'));
}
