import { sumOfFigures } from '../usage/figures-sum.ts';
import type { UsageFigures, UsageRow } from '../usage/usage-figures.ts';

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly right: boolean;
}

const NAMES = ['start', 'agent', 'model', 'purpose', 'resource', 'user', 'via'] as const;
const NONE = '-';
const GAP = '  ';

/** Figures that are told always, then those only where there are some. */
const COUNTS: ReadonlyArray<readonly [string, (figures: UsageFigures) => number]> = [
  ['calls', ({ calls }) => calls],
  ['saved calls', ({ saved }) => saved.calls],
  ['requests', ({ modelCalls, embeddingCalls }) => modelCalls + embeddingCalls],
  ['input', ({ spent }) => spent.inputTokens],
  ['output', ({ spent }) => spent.outputTokens],
];
const RARE: typeof COUNTS = [
  ['unpriced', ({ unpricedCalls }) => unpricedCalls],
  ['estimated', ({ estimatedCalls }) => estimatedCalls],
  ['errors', ({ errors }) => errors],
  ['aborted', ({ aborted }) => aborted],
];

/** Rows of a report for a terminal, with their sum if there are several. */
export function usageTable(rows: readonly UsageRow[]): string {
  if (rows.length === 0) return 'Nothing was counted in this time.\n';
  const sum = sumOfFigures(rows);
  const figures: readonly UsageFigures[] = rows.length > 1 ? [...rows, sum] : rows;
  const count = ([title, of]: (typeof COUNTS)[number]): Column => ({
    title,
    cells: figures.map((one) => of(one).toLocaleString('en-US')),
    right: true,
  });
  const digits = sum.spent.usd >= 1 || sum.saved.usd >= 1 ? 4 : 6;
  const dollars = (title: string, of: (one: UsageFigures) => number): Column => ({
    title,
    cells: figures.map((one) => `$${of(one).toLocaleString('en-US', fraction(digits))}`),
    right: true,
  });
  return draw([
    ...namesOf(rows),
    ...COUNTS.map(count),
    dollars('spent', ({ spent }) => spent.usd),
    dollars('saved', ({ saved }) => saved.usd),
    ...RARE.filter(([, of]) => of(sum) > 0).map(count),
  ]);
}

function namesOf(rows: readonly UsageRow[]): Column[] {
  const labels = [...new Set(rows.flatMap(({ labels: own = {} }) => Object.keys(own)))].toSorted();
  const valuesOf = [
    ...NAMES.map((name) => [name, (row: UsageRow) => row[name]] as const),
    ...labels.map((label) => [`label.${label}`, (row: UsageRow) => row.labels?.[label]] as const),
  ];
  const known = valuesOf.filter(([, of]) => rows.some((row) => of(row) !== undefined));
  return known.map(([title, of], index) => ({
    title,
    cells: [...rows.map((row) => of(row) ?? NONE), ...(rows.length > 1 ? [index === 0 ? 'total' : ''] : [])],
    right: false,
  }));
}

function draw(columns: readonly Column[]): string {
  const padded = columns.map(({ title, cells, right }) => {
    const texts = [title, ...cells].map(printable);
    const width = Math.max(...texts.map(widthOf));
    return [texts[0] ?? '', '-'.repeat(width), ...texts.slice(1)].map((text) => {
      const space = ' '.repeat(width - widthOf(text));
      return right ? space + text : text + space;
    });
  });
  const lines =
    padded[0]?.map((_, line) =>
      padded
        .map((cells) => cells[line])
        .join(GAP)
        .trimEnd(),
    ) ?? [];
  return `${lines.join('\n')}\n`;
}

/** Names may come from anybody, and terminals obey what is written to them. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD');

const widthOf = (text: string): number => [...text].length;

const fraction = (digits: number): Intl.NumberFormatOptions => ({
  minimumFractionDigits: digits,
  maximumFractionDigits: digits,
});
