import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringNodes } from './node-binaries.ts';
import { bringYarns, npm, pnpm } from './package-managers.ts';
import { lowestPeers, mastraVersions, nodeVersions } from './supported-versions.ts';
import { packAll } from './tarballs.ts';
import { tellRows } from './tell-rows.ts';
import { tryMatrix } from './try-matrix.ts';

/* ./dev pack [version of @mastra/core …]: what is published, installed and tried everywhere. Needs the registry. */

const folder = await mkdtemp(join(tmpdir(), 'mastra-perf-pack-'));
try {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  const tarballs = await packAll(folder);
  const nodes = await bringNodes(join(folder, 'nodes'), await nodeVersions());
  const [asked, ...others] = process.argv.slice(2);
  const mastras = asked === undefined ? await mastraVersions(folder) : ([asked, ...others] as const);
  const managers = [npm, pnpm, ...(await bringYarns(tools))];
  const peers = await lowestPeers(folder);
  const isWell = await tellRows(tryMatrix({ folder, tarballs, managers, mastras, nodes, peers }));
  process.exitCode = isWell ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
