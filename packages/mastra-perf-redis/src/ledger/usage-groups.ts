import type { LedgerEntry } from 'mastra-perf';

export type GroupPairs = ReadonlyArray<readonly [name: string, value: string]>;

/** Stands for every name of a group that was folded. */
const OTHER = '(other)';

/** The same text for the same group, in whatever order its names stand. */
export const packGroup = (group: LedgerEntry['group']): string =>
  JSON.stringify(Object.entries(group).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What stands in the text of every group with these values, and seldom in that of another one. */
export const packPairs = (pairs: LedgerEntry['group']): string[] =>
  Object.entries(pairs).map((pair) => JSON.stringify(pair));

/** `undefined` for what is no group: another version may keep something beside them. */
export function unpackGroup(text: string): GroupPairs | undefined {
  const pairs = parsed(text);
  return Array.isArray(pairs) && pairs.every(isPair) ? pairs : undefined;
}

/** The same for the name of what is counted. */
export function unpackName(text: string): string | undefined {
  const name = parsed(text);
  return typeof name === 'string' ? name : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: not of ours
  }
}

const isPair = (pair: unknown): pair is GroupPairs[number] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');

/** What has the same names, but none of the values. */
export const folded = (group: LedgerEntry['group']): LedgerEntry['group'] =>
  Object.fromEntries(Object.keys(group).map((name) => [name, OTHER]));
