import type { Manifest } from '../packed/tarballs.ts';

/**
 * What a package declares, beside what its built files name. A peer that is never named says which versions fit: of things that
 * an application hands over, and that are taken by their shape.
 */
export function dependencyProblems(manifest: Manifest, imported: ReadonlySet<string>): string[] {
  const { name, dependencies = {}, peerDependencies = {} } = manifest;
  const declared = new Set([name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const used = (dependency: string): boolean =>
    imported.has(dependency) || imported.has(dependency.replace(/^@types\//, ''));
  return [
    ...Object.keys(dependencies)
      .filter((dependency) => !used(dependency))
      .map((dependency) => `depends on ${dependency}, which no built file names`),
    ...[...imported]
      .filter((one) => !declared.has(one))
      .map((one) => `loads ${one}, on which it does not depend`),
  ];
}
