import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** The machine, the moment and how busy it was: without them the figures say nothing. */
export function machineLine(): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${new Date().toISOString().slice(0, 16)}Z, Node ${process.version}, ${availableParallelism()} cores, ${processor}, load ${load}`;
}

/** Versions of the packages that are compared, as they are pinned here. */
export function versionsLine(...names: readonly string[]): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(file) as { dependencies: Record<string, string> };
  const pinned = names.map((name) => {
    const version = dependencies[name];
    if (version === undefined) throw new Error(`${name} is not a dependency of the benchmarks`);
    return `${name} ${version}`;
  });
  return `Versions: ${pinned.join(', ')}.`;
}
