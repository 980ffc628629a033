import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf, packageFolder, packAll, PUBLISHED } from '../packed/tarballs.ts';
import { builtImports } from './built-imports.ts';
import { bundledProblems } from './bundled-problems.ts';
import { dependencyProblems } from './dependency-problems.ts';
import { knownHoles } from './known-holes.ts';
import { licenseProblems } from './license-problems.ts';
import { productionPackages } from './production-packages.ts';
import { tarballProblems } from './tarball-problems.ts';

/* What comes with the published packages: ./dev check runs it after the build. Lines with `note:` are no problems. */

const folder = await mkdtemp(join(tmpdir(), 'mastra-perf-audit-'));
try {
  const tarballs = await packAll(folder);
  const problems: string[] = [];
  const everything = await Promise.all(
    PUBLISHED.map(async (name) => {
      const packages = await productionPackages(name);
      const [source, manifest] = [packageFolder(name), await manifestOf(name)];
      const ofThis = tarballs.filter((tarball) => tarball.name === name);
      const found = [
        ...licenseProblems(packages, Object.keys(manifest.dependencies ?? {})),
        ...dependencyProblems(manifest, await builtImports(source)),
        ...(await bundledProblems(source)),
        ...(await Promise.all(ofThis.map((tarball) => tarballProblems(tarball, source)))).flat(),
      ];
      problems.push(...found.map((problem) => `${name}: ${problem}`));
      return packages;
    }),
  );
  const holes = await knownHoles(everything.flat());
  for (const note of holes.notes) console.log(`note: ${note}`);
  for (const problem of [...problems, ...holes.problems]) console.error(problem);
  process.exitCode = problems.length + holes.problems.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
