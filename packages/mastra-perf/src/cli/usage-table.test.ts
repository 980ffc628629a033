import { describe, expect, it } from 'vitest';
import { noCounts, type UsageCounts } from '../usage/usage-counts.ts';
import { figuresOf, type UsageRow } from '../usage/usage-figures.ts';
import { usageTable } from './usage-table.ts';

const row = (names: Partial<UsageRow>, counts: Partial<UsageCounts> = {}): UsageRow => ({
  ...names,
  ...figuresOf({ ...noCounts(), ...counts }),
});

describe('the table of usage', () => {
  it('is aligned, with a sum', () => {
    const rows = [
      row(
        { agent: 'support', model: 'openai/gpt-4o' },
        { misses: 1200, hits: 300, modelCalls: 1200, inputTokens: 1_234_567, nanoUsd: 12.5e9 },
      ),
      row({ model: 'acme/x', labels: { team: 'core' } }, { misses: 1, modelCalls: 1, outputTokens: 7 }),
    ];
    expect(usageTable(rows)).toBe(
      [
        'agent    model          label.team  calls  saved calls  requests      input  output     spent    saved',
        '-------  -------------  ----------  -----  -----------  --------  ---------  ------  --------  -------',
        'support  openai/gpt-4o  -           1,500            0     1,200  1,234,567       0  $12.5000  $0.0000',
        '-        acme/x         core            1            0         1          0       7   $0.0000  $0.0000',
        'total                               1,501            0     1,201  1,234,567       7  $12.5000  $0.0000',
        '',
      ].join('\n'),
    );
  });

  it('shows small amounts, and what is rare where there is some', () => {
    const table = usageTable([row({ agent: 'a' }, { nanoUsd: 12_000, unpricedCalls: 2, errors: 1 })]);
    expect(table).toContain('$0.000012');
    expect(table.split('\n')[0]).toMatch(/unpriced {2}errors$/);
    expect(table).not.toContain('total');
    expect(table).not.toContain('estimated');
  });

  it('says so when there is nothing', () => {
    expect(usageTable([])).toBe('Nothing was counted in this time.\n');
  });

  it('writes nothing to a terminal that it would obey', () => {
    const names = ['\u001B[2J', '\u009B31m', 'two\nlines', '\u202Ertl', 'a\u0000'];
    const table = usageTable(names.map((resource) => row({ resource })));
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    expect(table).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    expect(table.split('\n')).toHaveLength(names.length + 4);
  });
});
