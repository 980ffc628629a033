import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeConsumer } from './consumer-project.ts';
import { pnpm } from './package-managers.ts';
import { runCommand } from './run-command.ts';
import { optionalPeers, pinnedMastra } from './supported-versions.ts';
import { packAll } from './tarballs.ts';
import { tellRows } from './tell-rows.ts';
import type { MatrixRow } from './try-matrix.ts';
import { tryProject } from './try-project.ts';

/*
 * One combination of ./dev pack, in ./dev check: with the package manager whose store has everything already, on this Node, with the
 * Mastra of the tests and the newest compiler.
 */

const node = { name: process.versions.node, folder: dirname(process.execPath) };

async function* rows(folder: string, mastra: string): AsyncGenerator<MatrixRow> {
  const project = join(folder, 'consumer');
  const compilers = ['typescript'] as const;
  await writeConsumer(project, { tarballs: await packAll(folder), mastra, compilers });
  const settings = { nodes: [node], compilers, peers: Object.keys(await optionalPeers()) } as const;
  for await (const [what, verdict] of tryProject(pnpm, project, settings))
    yield { where: `${pnpm.name}, @mastra/core ${mastra}`, what, ...verdict };
}

const folder = await mkdtemp(join(tmpdir(), 'mastra-perf-pack-'));
try {
  const mastra = await pinnedMastra();
  const args = ['view', `@mastra/core@${mastra}`, 'version', '--fetch-retries=0'];
  const { code, stderr } = await runCommand('npm', args, { cwd: folder, timeoutMs: 60_000 });
  if (code === 0 || process.env['CI']) process.exitCode = (await tellRows(rows(folder, mastra))) ? 0 : 1;
  else
    console.log(`note: nothing was installed, the registry does not answer: ${stderr.trim().split('\n')[0]}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
