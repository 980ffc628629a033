import {
  checkAbsentPeers,
  checkCommand,
  checkProgram,
  checkTypes,
  verdictOf,
  type Verdict,
} from './consumer-checks.ts';
import type { Compiler } from './consumer-project.ts';
import type { NodeBinary } from './node-binaries.ts';
import type { PackageManager } from './package-managers.ts';

export interface ProjectSettings {
  /** The first one installs. */
  readonly nodes: readonly [NodeBinary, ...NodeBinary[]];
  readonly compilers: readonly Compiler[];
  /** That are not to be there. */
  readonly peers: readonly string[];
}

/** Installs a project and tries what stands in it. */
export async function* tryProject(
  manager: PackageManager,
  project: string,
  { nodes, compilers, peers }: ProjectSettings,
): AsyncGenerator<readonly [what: string, verdict: Verdict]> {
  const { hasFolder } = manager;
  const installed = await verdictOf(() => manager.install(project, nodes[0]));
  yield ['install', installed];
  if (installed.result !== 'passed') return;
  if (hasFolder) yield ['no optional peers', checkAbsentPeers(project, peers)];
  for (const node of nodes) {
    yield [`node ${node.name}, ESM`, await checkProgram(manager, project, node, 'mjs')];
    yield [`node ${node.name}, CommonJS`, await checkProgram(manager, project, node, 'cjs')];
    if (hasFolder) yield [`node ${node.name}, command`, await checkCommand(manager, project, node)];
  }
  if (compilers.length > 0) yield ['types', await checkTypes(project, compilers)];
}
