import type { Ledger, LedgerQuery, LedgerRow } from '../stores/ledger.ts';
import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageRow } from './usage-figures.ts';
import { labelOf } from './usage-group.ts';

interface Account {
  readonly group: LedgerRow['group'];
  readonly start: number | undefined;
  readonly counts: UsageCounts;
}

/** Rows in the order of their time, the dearest first, then those with the most tokens, then with the most calls. */
export async function usageReport(
  ledger: Pick<Ledger, 'report'>,
  question: LedgerQuery,
): Promise<UsageRow[]> {
  const found = await ledger.report(question);
  const accounts = found.map(({ group, start, counts }): Account => {
    const sums = noCounts();
    addCounts(sums, counts);
    return { group, start, counts: sums };
  });
  return accounts.toSorted(inOrder).map(rowOf);
}

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
