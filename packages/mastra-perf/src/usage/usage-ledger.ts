import { LRUCache } from 'lru-cache';
import { PerfConfigError } from '../errors.ts';
import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageDimension, type UsageGroup, type UsageRow, type UsageTotals } from './usage-figures.ts';

/** Adds up what calls used. */
export interface UsageLedger {
  record(group: UsageGroup, counts: Readonly<Partial<UsageCounts>>): void;
  /**
   * One row per group, the most expensive first, then those with the most tokens, then with the most calls.
   *
   * @throws PerfConfigError for a dimension that does not exist.
   */
  report(by?: readonly UsageDimension[]): UsageRow[];
  totals(): UsageTotals;
}

/** Stands in all dimensions of what was folded together. */
export const OTHER = '(other)';

const DIMENSIONS: readonly UsageDimension[] = ['agent', 'model', 'resource', 'user'];
const BY_DEFAULT: readonly UsageDimension[] = ['agent', 'model'];

interface Account {
  readonly group: UsageGroup;
  readonly counts: UsageCounts;
}

/**
 * A ledger in memory. It keeps at most `maxGroups` groups (10,000 take some 3 MB); beyond them the least recently used
 * are folded into `'(other)'`, so that every sum stays exact while users come and go.
 */
export function createUsageLedger({ maxGroups = 10_000 }: { readonly maxGroups?: number } = {}): UsageLedger {
  const other: Account = { group: { agent: OTHER, model: OTHER, resource: OTHER, user: OTHER }, counts: noCounts() };
  let folded = false;
  const accounts = new LRUCache<string, Account>({
    max: maxGroups - 1,
    dispose: ({ counts }) => {
      folded = true;
      addCounts(other.counts, counts);
    },
  });
  const all = (): Account[] => [...accounts.values(), ...(folded ? [other] : [])];

  return {
    record(group, counts) {
      const key = JSON.stringify([group.agent, group.model, group.resource, group.user]);
      let account = accounts.get(key);
      if (!account) {
        account = { group, counts: noCounts() };
        accounts.set(key, account);
      }
      addCounts(account.counts, counts);
    },
    report(by = BY_DEFAULT) {
      for (const dimension of by) checkDimension(dimension);
      const rows = new Map<string, Account>();
      for (const { group, counts } of all()) {
        const selected = Object.fromEntries(
          DIMENSIONS.filter((dimension) => by.includes(dimension) && group[dimension] !== undefined).map(
            (dimension) => [dimension, group[dimension]],
          ),
        );
        const key = JSON.stringify(selected);
        const row = rows.get(key) ?? { group: selected, counts: noCounts() };
        addCounts(row.counts, counts);
        rows.set(key, row);
      }
      return [...rows.values()].toSorted(byCost).map(({ group, counts }) => ({ ...group, ...figuresOf(counts) }));
    },
    totals() {
      const sum = noCounts();
      const unpriced = new Set<string>();
      for (const { group, counts } of all()) {
        addCounts(sum, counts);
        if (counts.unpricedCalls > 0 && group.model !== undefined) unpriced.add(group.model);
      }
      return { ...figuresOf(sum), unpricedModels: [...unpriced].toSorted() };
    },
  };
}

function checkDimension(given: string): void {
  if ((DIMENSIONS as readonly string[]).includes(given)) return;
  throw new PerfConfigError('usage.report().by', given, "'agent', 'model', 'resource' or 'user'");
}

const tokensOf = ({ counts }: Account): number => counts.inputTokens + counts.outputTokens;
const callsOf = ({ counts }: Account): number => counts.misses + counts.hits + counts.shared + counts.bypassed;

const byCost = (a: Account, b: Account): number =>
  b.counts.nanoUsd - a.counts.nanoUsd || tokensOf(b) - tokensOf(a) || callsOf(b) - callsOf(a);
