import { mustRun } from '../packed/run-command.ts';
import { packageFolder, type Published } from '../packed/tarballs.ts';

export interface ProductionPackage {
  readonly name: string;
  readonly versions: readonly string[];
  /** As SPDX writes it, if its author does. */
  readonly license: string;
}

/** All that comes along with a package when it is installed, but its peers. */
export async function productionPackages(published: Published): Promise<ProductionPackage[]> {
  const printed = await mustRun('pnpm', ['licenses', 'list', '--prod', '--json'], {
    cwd: packageFolder(published),
  });
  const byLicense = JSON.parse(printed) as Record<string, readonly Omit<ProductionPackage, 'license'>[]>;
  return Object.entries(byLicense).flatMap(([license, packages]) =>
    packages.map(({ name, versions }) => ({ name, versions, license })),
  );
}
