import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageGroup } from './usage-figures.ts';
import { createUsageLedger, OTHER } from './usage-ledger.ts';

interface Entry {
  readonly group: UsageGroup;
  readonly counts: Partial<UsageCounts>;
}

const ALL = ['agent', 'model', 'resource', 'user'] as const;
const FOLDED: UsageGroup = { agent: OTHER, model: OTHER, resource: OTHER, user: OTHER };

const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    group: fc.record(
      {
        agent: fc.constantFrom('a', 'b'),
        model: fc.constantFrom('p/x', 'p/y'),
        resource: fc.constantFrom('r1', 'r2', 'r3'),
        user: fc.constantFrom('u1', 'u2'),
      },
      { requiredKeys: ['agent', 'model'] },
    ),
    counts: fc.record(
      {
        misses: fc.nat(3),
        hits: fc.nat(3),
        inputTokens: fc.nat(1e6),
        nanoUsd: fc.nat(1e9),
        unpricedCalls: fc.nat(1),
        savedNanoUsd: fc.nat(1e9),
        savedMs: fc.nat(1e5),
      },
      { requiredKeys: [] },
    ),
  }),
  { maxLength: 60 },
);

const nameOf = (group: UsageGroup): string => JSON.stringify(ALL.map((dimension) => group[dimension]));
const sumOf = (all: readonly Entry[]): UsageCounts => {
  const sum = noCounts();
  for (const { counts } of all) addCounts(sum, counts);
  return sum;
};

/** The same with plain lists: groups in the order of their last use, and what fell off their end. */
function plainLedger(all: readonly Entry[], maxGroups: number): Map<string, Entry[]> {
  let recent: string[] = [];
  const groups = new Map<string, Entry[]>();
  const folded: Entry[] = [];
  for (const entry of all) {
    const name = nameOf(entry.group);
    recent = [name, ...recent.filter((other) => other !== name)];
    groups.set(name, [...(groups.get(name) ?? []), entry]);
    for (const evicted of recent.splice(maxGroups - 1)) {
      folded.push(...(groups.get(evicted) ?? []));
      groups.delete(evicted);
    }
  }
  if (folded.length > 0) groups.set(nameOf(FOLDED), folded);
  return groups;
}

describe('the usage ledger', () => {
  it('keeps exact sums within its bound, however groups are folded', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 2, max: 8 }), (all, maxGroups) => {
        const ledger = createUsageLedger({ maxGroups });
        for (const { group, counts } of all) ledger.record(group, counts);

        const { unpricedModels: _models, ...totals } = ledger.totals();
        expect(totals).toEqual(figuresOf(sumOf(all)));

        const rows = ledger.report(ALL);
        expect(rows.length).toBeLessThanOrEqual(maxGroups);
        const expected = plainLedger(all, maxGroups);
        expect(new Set(rows.map(nameOf))).toEqual(new Set(expected.keys()));
        for (const row of rows) expect(row).toMatchObject(figuresOf(sumOf(expected.get(nameOf(row)) ?? [])));
      }),
    );
  });

  it('has the same sum whatever the rows are made of', () => {
    const dimensions = fc.subarray([...ALL]);
    fc.assert(
      fc.property(entries, dimensions, (all, by) => {
        const ledger = createUsageLedger({ maxGroups: 5 });
        for (const { group, counts } of all) ledger.record(group, counts);
        const rows = ledger.report(by);
        const sum = (pick: (row: (typeof rows)[number]) => number): number =>
          rows.reduce((total, row) => total + pick(row), 0);
        const totals = ledger.totals();
        expect(sum((row) => row.calls)).toBe(totals.calls);
        expect(sum((row) => row.spent.inputTokens)).toBe(totals.spent.inputTokens);
        expect(sum((row) => Math.round(row.spent.usd * 1e9))).toBe(Math.round(totals.spent.usd * 1e9));
        expect(new Set(rows.map((row) => JSON.stringify(by.map((name) => row[name])))).size).toBe(
          rows.length,
        );
      }),
    );
  });

  it('puts the most expensive row first, then the one with the most tokens, then with the most calls', () => {
    const ledger = createUsageLedger();
    ledger.record({ agent: 'calls', model: 'm' }, { misses: 9 });
    ledger.record({ agent: 'tokens', model: 'm' }, { outputTokens: 5 });
    ledger.record({ agent: 'dollars', model: 'm' }, { nanoUsd: 1 });
    ledger.record({ agent: 'nothing', model: 'm' }, { misses: 1 });
    expect(ledger.report(['agent']).map((row) => row.agent)).toEqual([
      'dollars',
      'tokens',
      'calls',
      'nothing',
    ]);
  });

  it('leaves out of a row what was not asked for or is not known', () => {
    const ledger = createUsageLedger();
    ledger.record({ agent: 'a', model: 'p/x', resource: 'r' }, { misses: 2 });
    ledger.record({ agent: 'a', model: 'p/x' }, { misses: 1 });
    const dimensions = (by?: readonly (typeof ALL)[number][]) =>
      ledger
        .report(by)
        .map(
          ({ agent, model, resource, user, calls }) =>
            JSON.parse(JSON.stringify({ agent, model, resource, user, calls })) as unknown,
        );
    expect(dimensions()).toEqual([{ agent: 'a', model: 'p/x', calls: 3 }]);
    expect(dimensions(['resource'])).toEqual([{ resource: 'r', calls: 2 }, { calls: 1 }]);
    expect(dimensions([])).toEqual([{ calls: 3 }]);
  });

  it('names the models without a price', () => {
    const ledger = createUsageLedger();
    ledger.record({ agent: 'a', model: 'p/y' }, { unpricedCalls: 1 });
    ledger.record({ agent: 'b', model: 'p/y' }, { unpricedCalls: 1 });
    ledger.record({ agent: 'b', model: 'p/x' }, { unpricedCalls: 1 });
    ledger.record({ agent: 'b', model: 'p/z' }, { nanoUsd: 1 });
    expect(ledger.totals().unpricedModels).toEqual(['p/x', 'p/y']);
  });

  it('refuses a dimension that does not exist', () => {
    expect(() => createUsageLedger().report(['agnet' as 'agent'])).toThrow(
      "usage.report().by: expected 'agent', 'model', 'resource' or 'user', got \"agnet\"",
    );
  });
});
