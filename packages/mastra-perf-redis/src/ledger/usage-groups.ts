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

export const unpackGroup = (text: string): GroupPairs => JSON.parse(text) as GroupPairs;

/** What has the same names, but none of the values. */
export const folded = (group: LedgerEntry['group']): LedgerEntry['group'] =>
  Object.fromEntries(Object.keys(group).map((name) => [name, OTHER]));
