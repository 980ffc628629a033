import { join } from 'node:path';
import { checkRun, verdictOf, type Verdict } from './consumer-checks.ts';
import { COMPILERS, writeConsumer, type Compiler } from './consumer-project.ts';
import { checkEngines } from './engines-check.ts';
import type { NodeBinary } from './node-binaries.ts';
import { npm, type PackageManager } from './package-managers.ts';
import type { Tarball } from './tarballs.ts';
import { tryProject } from './try-project.ts';

export interface Matrix {
  readonly folder: string;
  readonly tarballs: readonly Tarball[];
  readonly managers: readonly PackageManager[];
  /** Of @mastra/core. */
  readonly mastras: readonly [string, ...string[]];
  /** The lowest first: it is the one that installs. */
  readonly nodes: readonly [NodeBinary, ...NodeBinary[]];
  /** Optional ones, in the lowest version that fits. */
  readonly peers: Readonly<Record<string, string>>;
}

export interface MatrixRow extends Verdict {
  readonly where: string;
  readonly what: string;
}

/** Installs once for each package manager and Mastra, and then tries everything; a row as soon as it is known. */
export async function* tryMatrix(matrix: Matrix): AsyncGenerator<MatrixRow> {
  const { folder, tarballs, managers, mastras, nodes, peers } = matrix;
  yield {
    where: 'npm, our dependencies alone',
    what: `engines, node ${nodes[0].name}`,
    ...(await checkEngines(join(folder, 'engines'), tarballs, nodes[0])),
  };
  yield {
    where: 'npm, optional peers at their lowest',
    what: `node ${nodes[0].name}`,
    ...(await tryPeers(matrix)),
  };
  const compilers = Object.keys(COMPILERS) as Compiler[];
  for (const [index, manager] of managers.entries())
    for (const mastra of mastras) {
      const project = join(folder, `consumer-${index}-${mastra}`);
      const ofThis = manager.hasFolder ? compilers : [];
      await writeConsumer(project, { tarballs, mastra, compilers: ofThis });
      const where = `${manager.name}, @mastra/core ${mastra}`;
      const settings = { nodes, compilers: ofThis, peers: Object.keys(peers) };
      for await (const [what, verdict] of tryProject(manager, project, settings))
        yield { where, what, ...verdict };
    }
}

/** Whether the ranges of our peers are true at their lower ends; our own tests run at the upper ones. */
async function tryPeers({ folder, tarballs, mastras, nodes, peers }: Matrix): Promise<Verdict> {
  const project = join(folder, 'peers');
  await writeConsumer(project, { tarballs, mastra: mastras[0], peers });
  const installed = await verdictOf(() => npm.install(project, nodes[0]));
  return installed.result === 'passed' ? checkRun(npm, project, nodes[0], 'peers.mjs') : installed;
}
