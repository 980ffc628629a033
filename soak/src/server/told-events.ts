import type { Perf } from 'mastra-perf';

/** What the plugin has told of, counted. */
export interface ToldEvents {
  readonly counts: Readonly<Record<string, number>>;
  /** The first faults, in words. */
  readonly faults: readonly string[];
  /** Outcomes of calls, and what a look at each took. */
  readonly outcomes: Readonly<Record<string, number>>;
}

const NAMES = [
  'store',
  'storeFailure',
  'unreadable',
  'staleIfError',
  'saveFailed',
  'saveLost',
  'usageFolded',
] as const;
const MAX_FAULTS = 20;

export function toldEvents(perf: Perf): () => ToldEvents {
  const counts: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  const count = (into: Record<string, number>, name: string): void => {
    into[name] = (into[name] ?? 0) + 1;
  };
  for (const name of NAMES) perf.on(name, () => count(counts, name));
  perf.on('budget', ({ kind }) => count(counts, `budget ${kind}`));
  perf.on('limit', ({ kind }) => count(counts, `limit ${kind}`));
  perf.on('call', ({ outcome, status }) => count(outcomes, `${outcome} ${status}`));
  perf.on('saveLost', ({ error, ids }) => faults.push(`saveLost ${ids.length}: ${String(error)}`));
  perf.on('fault', ({ where, error }) => {
    count(counts, 'fault');
    if (faults.length < MAX_FAULTS) faults.push(`${where}: ${String(error)}`);
  });
  return () => ({ counts, faults, outcomes });
}
