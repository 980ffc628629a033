import { noCounts } from './usage-counts.ts';
import { figuresOf, type UsageRow } from './usage-figures.ts';
import { labelName } from './usage-group.ts';

const NAMES = ['start', 'agent', 'model', 'purpose', 'resource', 'user', 'via'] as const;

/** Every figure by its path, in the order in which reports have them. */
const FIGURES = pathsOf(figuresOf(noCounts()));

/**
 * Rows of a report as CSV (RFC 4180): a line of names, then a line for each row. Of `start`, agent and so on there are the columns
 * that some row has, then labels as `label.<name>`, then all figures, as `spent.usd`; always in the same order.
 *
 * Names that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function usageCsv(rows: readonly UsageRow[]): string {
  const names = NAMES.filter((name) => rows.some((row) => row[name] !== undefined));
  const labels = [...new Set(rows.flatMap(({ labels: own = {} }) => Object.keys(own)))].toSorted();
  const header = [...names, ...labels.map(labelName), ...FIGURES.map((path) => path.join('.'))];
  const lines = rows.map((row) => [
    ...names.map((name) => defused(row[name] ?? '')),
    ...labels.map((label) => defused(row.labels?.[label] ?? '')),
    ...FIGURES.map((path) => String(valueAt(row, path))),
  ]);
  return [header, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/**
 * Anybody may choose the id of a resource, and spreadsheets execute what begins like this, also when it is quoted. See
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const defused = (name: string): string => (/^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/.test(name) ? `'${name}` : name);

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function pathsOf(value: object): string[][] {
  return Object.entries(value).flatMap(([name, own]: [string, unknown]) =>
    typeof own === 'object' && own !== null ? pathsOf(own).map((path) => [name, ...path]) : [[name]],
  );
}

const valueAt = (row: object, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => Object(at)[name], row);
