import type { Ledger, LedgerRow } from '../stores/ledger.ts';
import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageRow } from './usage-figures.ts';
import { labelOf } from './usage-group.ts';
import type { LedgerQuestion } from './usage-query.ts';

interface Account {
  readonly group: LedgerRow['group'];
  readonly start: number | undefined;
  readonly counts: UsageCounts;
}

/** Rows in the order of their time, the dearest first, then those with the most tokens, then with the most calls. */
export async function usageReport(
  ledger: Pick<Ledger, 'report'>,
  question: LedgerQuestion,
): Promise<UsageRow[]> {
  const { by, where, ...span } = question;
  const conditions = Object.entries(where);
  const asked = [...new Set([...by, ...Object.keys(where)])];
  const found = await ledger.report({ ...span, by: asked });
  const accounts = new Map<string, Account>();
  for (const { group, start, counts } of found) {
    if (!conditions.every(([name, value]) => group[name] === value)) continue;
    const key = JSON.stringify([start, by.map((name) => group[name])]);
    const account = accounts.get(key) ?? { group: select(group, by), start, counts: noCounts() };
    accounts.set(key, account);
    addCounts(account.counts, counts);
  }
  return [...accounts.values()].toSorted(inOrder).map(rowOf);
}

const select = (group: LedgerRow['group'], names: readonly string[]): LedgerRow['group'] =>
  Object.fromEntries(names.flatMap((name) => (group[name] === undefined ? [] : [[name, group[name]]])));

function rowOf({ group, start, counts }: Account): UsageRow {
  const names: Record<string, string> = {};
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(group)) {
    const label = labelOf(name);
    if (label === undefined) names[name] = value;
    else labels[label] = value;
  }
  return {
    ...(start !== undefined && { start: new Date(start).toISOString() }),
    ...names,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...figuresOf(counts),
  };
}

const tokensOf = ({ counts }: Account): number => counts.inputTokens + counts.outputTokens;
const callsOf = ({ counts }: Account): number =>
  counts.misses + counts.hits + counts.stale + counts.shared + counts.bypassed;

const inOrder = (a: Account, b: Account): number =>
  (a.start ?? 0) - (b.start ?? 0) ||
  b.counts.nanoUsd - a.counts.nanoUsd ||
  tokensOf(b) - tokensOf(a) ||
  callsOf(b) - callsOf(a);
