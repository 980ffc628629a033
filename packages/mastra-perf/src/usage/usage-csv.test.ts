import { describe, expect, it } from 'vitest';
import { noCounts, type UsageCounts } from './usage-counts.ts';
import { usageCsv } from './usage-csv.ts';
import { figuresOf, type UsageRow } from './usage-figures.ts';

const row = (names: Partial<UsageRow>, counts: Partial<UsageCounts> = {}): UsageRow => ({
  ...names,
  ...figuresOf({ ...noCounts(), ...counts }),
});

/** A reader of RFC 4180 of its own, so that what is written is not read by the same mistake. */
function parse(csv: string): string[][] {
  const records: string[][] = [[]];
  let [cell, at] = ['', 0];
  const end = () => {
    records.at(-1)!.push(cell);
    cell = '';
  };
  while (at < csv.length) {
    if (csv[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(csv.slice(at))!;
      cell = quoted[1]!.replaceAll('""', '"');
      at += quoted[0].length;
    } else if (csv[at] === ',') {
      end();
      at++;
    } else if (csv.startsWith('\r\n', at)) {
      end();
      records.push([]);
      at += 2;
    } else cell += csv[at++];
  }
  expect(records.pop()).toEqual([]);
  return records;
}

function objects(csv: string): Array<Record<string, string>> {
  const [header = [], ...lines] = parse(csv);
  for (const line of lines) expect(line).toHaveLength(header.length);
  return lines.map((line) => Object.fromEntries(header.map((name, index) => [name, line[index]!])));
}

describe('usage as CSV', () => {
  it('has a column for each name that a row has, then labels, then each figure', () => {
    const csv = usageCsv([
      row({ user: 'ann', labels: { team: 'core', env: 'live' } }, { misses: 2, nanoUsd: 1_250_000_000 }),
      row({ agent: 'support', labels: { team: 'ads' } }, { hits: 1, savedNanoUsd: 5 }),
    ]);
    const [header] = parse(csv);
    expect(header?.slice(0, 5)).toEqual(['agent', 'user', 'label.env', 'label.team', 'calls']);
    expect(objects(csv)).toMatchObject([
      { agent: '', user: 'ann', 'label.env': 'live', 'label.team': 'core', calls: '2', 'spent.usd': '1.25' },
      { agent: 'support', user: '', 'label.team': 'ads', hits: '1', 'saved.usd': '5e-9', 'mean.usd': '0' },
    ]);
    expect(csv).not.toMatch(/undefined|object/);
  });

  it('has the same columns in the same order, whatever the order of the rows', () => {
    const rows = [row({ via: 'b', labels: { x: '1' } }), row({ start: 's', labels: { a: '2' } })];
    expect(parse(usageCsv(rows))[0]).toEqual(parse(usageCsv(rows.toReversed()))[0]);
    expect(parse(usageCsv(rows))[0]?.slice(0, 4)).toEqual(['start', 'via', 'label.a', 'label.x']);
  });

  it('has a line of names where there are no rows', () => {
    const [header, ...lines] = parse(usageCsv([]));
    expect(header).toEqual(expect.arrayContaining(['calls', 'spent.usd', 'saved.ms', 'mean.usd']));
    expect(lines).toEqual([]);
  });

  it.each(['a,b', 'say "hi"', 'two\nlines', 'two\r\nlines', '"', ',', 'é 😀', ' both ', ''])(
    'keeps %j as it is',
    (resource) => {
      expect(objects(usageCsv([row({ resource, agent: 'a' })]))).toMatchObject([{ resource, agent: 'a' }]);
    },
  );

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '＝1',
    '=HYPERLINK("https://x","y")',
  ])('defuses %j, which a spreadsheet would execute', (name) => {
    const csv = usageCsv([row({ resource: name, user: name, labels: { team: name } })]);
    const [cells] = objects(csv);
    for (const cell of [cells?.['resource'], cells?.['user'], cells?.['label.team']])
      expect(cell).toBe(`'${name}`);
  });
});
