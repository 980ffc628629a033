import { readFile, writeFile } from 'node:fs/promises';
import { markdownTable } from './markdown-table.ts';
import type { Table } from './table.ts';

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);
const README = new URL('../../README.md', import.meta.url);
/** Whose table stands in the README as well. */
const IN_README = 'call-overhead';

const HEAD = `# Benchmarks

Written by \`./dev bench\`, which runs all of them; \`./dev bench storage --record\` writes one anew. Peers run in the same process or beside it, in the
same run; ratios say more than milliseconds, which belong to the machine that is named above each table, at the time that is named. What
a bench does in detail, and what it leaves out, is in [benchmarks/src](../benchmarks/src).
`;

/** Takes the place of what this bench had written before. */
export async function recordBench(
  name: string,
  machine: string,
  tables: readonly Table[],
  order: readonly string[],
): Promise<void> {
  const shown = tables.filter(({ rows }) => rows.length > 0);
  if (shown.length === 0) return; // it had nothing to measure with
  const sections = sectionsOf(await readFile(PAGE, 'utf8').catch(() => ''));
  sections.set(name, sectionOf(name, machine, shown));
  const inOrder = order.flatMap((each) => sections.get(each) ?? []);
  await writeFile(PAGE, [HEAD, ...inOrder].join('\n'));
  const [first] = shown;
  if (name === IN_README && first) await cutForReadme(first);
}

/** By the name of the bench, each with its heading. */
function sectionsOf(page: string): Map<string, string> {
  const sections = page.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [/^## (\S+)/.exec(section)?.[1] ?? '', `${section.trimEnd()}\n`]));
}

function sectionOf(name: string, machine: string, tables: readonly Table[]): string {
  const parts = tables.map(({ title, columns, rows, notes, wrong = [] }) =>
    [
      `**${title}**`,
      markdownTable(columns, rows),
      ...notes.map(asMarkdown),
      ...wrong.map((sentence) => `Wrong: ${sentence}`),
    ].join('\n\n'),
  );
  return `## ${name}\n\n${machine}\n\n${parts.join('\n\n')}\n`;
}

/** What is aligned with spaces stays so. */
const asMarkdown = (note: string): string => (note.includes('\n') ? `\`\`\`\n${note.trim()}\n\`\`\`` : note);

/** The table with the same head has its place there already. */
async function cutForReadme({ columns, rows }: Table): Promise<void> {
  const lines = (await readFile(README, 'utf8')).split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${columns[0]} `));
  if (from < 0) throw new Error(`README.md has no table that begins with "${columns[0]}"`);
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  lines.splice(from, length, markdownTable(columns, rows));
  await writeFile(README, lines.join('\n'));
}
