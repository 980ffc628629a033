import { LRUCache } from 'lru-cache';
import { PerfConfigError } from '../errors.ts';
import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import {
  figuresOf,
  type UsageDimension,
  type UsageGroup,
  type UsageRow,
  type UsageTotals,
} from './usage-figures.ts';

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
 * A ledger in memory. It keeps at most `maxGroups` groups (10,000 take 5 MB); beyond them the least recently used
 * are folded into `'(other)'`, so that every sum stays exact while users come and go.
 */
export function createUsageLedger({ maxGroups = 10_000 }: { readonly maxGroups?: number } = {}): UsageLedger {
  const other: Account = {
    group: { agent: OTHER, model: OTHER, resource: OTHER, user: OTHER },
    counts: noCounts(),
  };
  const sum = noCounts();
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
      addCounts(sum, counts);
    },
    report(by = BY_DEFAULT) {
      for (const dimension of by) checkDimension(dimension);
      const wanted = DIMENSIONS.filter((dimension) => by.includes(dimension));
      const rows = new Map<string, Account>();
      for (const { group, counts } of all()) {
        const key = JSON.stringify(wanted.map((dimension) => group[dimension]));
        let row = rows.get(key);
        if (!row) {
          row = { group: select(group, wanted), counts: noCounts() };
          rows.set(key, row);
        }
        addCounts(row.counts, counts);
      }
      return [...rows.values()]
        .toSorted(byCost)
        .map(({ group, counts }) => ({ ...group, ...figuresOf(counts) }));
    },
    totals() {
      const unpriced = all().filter(({ counts }) => counts.unpricedCalls > 0);
      const models = new Set(unpriced.flatMap(({ group }) => group.model ?? []));
      return { ...figuresOf(sum), unpricedModels: [...models].toSorted() };
    },
  };
}

const select = (group: UsageGroup, wanted: readonly UsageDimension[]): UsageGroup =>
  Object.fromEntries(wanted.filter((name) => group[name] !== undefined).map((name) => [name, group[name]]));

function checkDimension(given: string): void {
  if ((DIMENSIONS as readonly string[]).includes(given)) return;
  throw new PerfConfigError('usage.report().by', given, "'agent', 'model', 'resource' or 'user'");
}

const tokensOf = ({ counts }: Account): number => counts.inputTokens + counts.outputTokens;
const callsOf = ({ counts }: Account): number =>
  counts.misses + counts.hits + counts.stale + counts.shared + counts.bypassed;

const byCost = (a: Account, b: Account): number =>
  b.counts.nanoUsd - a.counts.nanoUsd || tokensOf(b) - tokensOf(a) || callsOf(b) - callsOf(a);
