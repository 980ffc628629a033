import { runCommand } from '../packed/run-command.ts';
import { packageFolder } from '../packed/tarballs.ts';
import type { ProductionPackage } from './production-packages.ts';

export interface KnownHoles {
  /** High and critical ones. */
  readonly problems: readonly string[];
  /** Lesser ones, and why nobody could be asked. */
  readonly notes: readonly string[];
}

interface Report {
  readonly advisories: Readonly<
    Record<
      string,
      {
        readonly findings: ReadonlyArray<{ readonly version: string }>;
        readonly module_name: string;
        readonly severity: string;
        readonly title: string;
        readonly url: string;
      }
    >
  >;
}

const SEVERE: ReadonlySet<string> = new Set(['high', 'critical']);

export interface KnownHolesOptions {
  /** @default the one that pnpm is set to */
  readonly registry?: string;
  /** @default 60 seconds */
  readonly timeoutMs?: number;
}

/**
 * Asks the registry. It is no problem when that does not answer: what is decided about a change must not depend on the network.
 */
export async function knownHoles(
  packages: readonly ProductionPackage[],
  { registry, timeoutMs = 60_000 }: KnownHolesOptions = {},
): Promise<KnownHoles> {
  const args = ['audit', '--prod', '--json', ...(registry ? ['--registry', registry] : [])];
  const { stdout, stderr } = await runCommand('pnpm', args, { cwd: packageFolder('mastra-perf'), timeoutMs });
  return (
    holesIn(stdout, packages) ?? {
      problems: [],
      notes: [`known holes were not looked up: ${onOneLine(stderr || stdout)}`],
    }
  );
}

/** What a report says about these packages; `undefined` for a text that is none. */
export function holesIn(text: string, packages: readonly ProductionPackage[]): KnownHoles | undefined {
  const report = readReport(text);
  if (!report) return undefined;
  const installed = new Set(packages.flatMap(({ name, versions }) => versions.map((v) => `${name}@${v}`)));
  const problems: string[] = [];
  const notes: string[] = [];
  for (const { module_name, findings, severity, title, url } of Object.values(report.advisories)) {
    // The report is about the whole workspace; what only examples and benchmarks use is not published.
    const ours = findings.map(({ version }) => `${module_name}@${version}`).filter((id) => installed.has(id));
    for (const id of ours)
      (SEVERE.has(severity) ? problems : notes).push(
        `${id} has a known hole (${severity}): ${title}, ${url}`,
      );
  }
  return { problems, notes };
}

function readReport(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Partial<Report> | null;
    return report?.advisories ? { advisories: report.advisories } : undefined;
  } catch {
    return undefined; // an error of pnpm, which is no JSON
  }
}

const onOneLine = (text: string): string =>
  text
    .replaceAll(/[×│╰─▶\s]+/g, ' ')
    .trim()
    .slice(0, 300) || 'no answer in time';
