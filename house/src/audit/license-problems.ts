import type { ProductionPackage } from './production-packages.ts';

/** What an application under any licence can take along: they ask for their notice to be kept, and for nothing else. */
const ALLOWED: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);

/** @param dependencies are to be among the packages */
export function licenseProblems(
  packages: readonly ProductionPackage[],
  dependencies: readonly string[] = [],
): string[] {
  const known = new Set(packages.map(({ name }) => name));
  return [
    ...packages
      .filter(({ license }) => !isAllowed(license))
      .map(({ name, license }) => `${name} is under ${license}`),
    ...dependencies.filter((name) => !known.has(name)).map((name) => `no licence of ${name} is known`),
  ];
}

/** Of several that one may choose from, one is enough; of those that all hold, each counts. */
const isAllowed = (license: string): boolean =>
  license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
