import { nameOf, type OptionRow } from './option-rows.ts';
import type { OptionsReference } from './read-options.ts';
import { PAGE_OF } from './reference.ts';

/** docs/options.md */
export function optionsPage({ perf, agents, others, duration, size }: OptionsReference): string {
  const cellsOf = ({ path, accepted, need, fallback, what }: OptionRow) => ({
    name: `\`${nameOf(path)}\``,
    accepted: code(accepted.replace(duration, 'a duration').replace(size, 'a size')),
    fallback: need === 'optional' ? literal(fallback ?? 'none') : NEEDED[need],
    what: what.replaceAll(/\bdocs\/([\w-]+\.md)/g, '[$1]($1)'),
  });
  const perfTable = (rows: readonly OptionRow[]): string =>
    table(
      ['option', 'accepted', 'default', 'per agent', 'what it does'],
      rows.map((row) => {
        const { name, accepted, fallback, what } = cellsOf(row);
        return [name, accepted, fallback, perAgent(row, agents), what];
      }),
    );

  const top = perf.rows.filter(({ path }) => path.length === 1);
  const features = top.flatMap(({ path: [name = ''] }) => {
    const rows = perf.rows.filter(({ path }) => path.length > 1 && path[0] === name);
    return rows.length > 0 ? [`### \`${name}\``, more(PAGE_OF[name]), perfTable(rows)] : [];
  });
  const rest = others.flatMap(({ title, page, rows }) => {
    const cells = rows.map((row) => Object.values(cellsOf(row)));
    return [`## \`${title}\``, more(page), table(['option', 'accepted', 'default', 'what it does'], cells)];
  });
  const parts = [head(duration, size), `## \`${perf.title}\``, perfTable(top), ...features, ...rest];
  return `${parts.join('\n\n')}\n`;
}

const head = (duration: string, size: string): string => `# Options

\`\`\`ts
import { createPerf } from 'mastra-perf';

export const perf = createPerf({
  cache: { ttl: '5m' },
  context: true,
  agents: { support: { cache: { scope: 'agent' } }, legal: { cache: false } },
});
\`\`\`

Written by \`./dev docs\`, from the schemas that check the options and the comments of their types. What stands here is the first sentence of
each comment: your editor shows the rest, and the page of the feature tells more.

- A feature takes \`false\`, \`true\` (all defaults) or an object of options. Where "per agent" says yes, \`agents: { <key or id>: … }\` takes it
  too, merged over what holds for all.
- \`[]\` stands for each member of a list, \`*\` for each name of an object.
- Durations: ${code(duration)}.
- Sizes: ${code(size)}.
- What is not accepted is refused at once, with a \`PerfConfigError\` that has the \`path\`, what was \`given\` and what is \`accepted\`. An option
  that is \`undefined\` counts as left out; addresses and encryption keys do not, since a variable of the environment that is not set must not
  go unnoticed.`;

/** Whether an agent may have it as well: with the same values, or with those that are named. */
function perAgent({ path, accepted }: OptionRow, agents: readonly OptionRow[]): string {
  const own = agents.find((row) => nameOf(row.path) === nameOf(path));
  if (!own) return 'no';
  return own.accepted === accepted ? 'yes' : code(own.accepted);
}

/** Calls, objects and values in a text that is not written for a page. */
function code(text: string): string {
  const marked =
    /`[^`]*`|(?:new )?\b[\w.]+\((?!s\))[^()]*\)|\{[^}]*\}|(?<!\w)'[^']+'(?!\w)|\b(?:true|false|Infinity)\b/g;
  return text.replaceAll(marked, (part) => (part.startsWith('`') ? part : `\`${part}\``));
}

const literal = (text: string): string =>
  /^('[^']*'|\[.*\]|[\d_.]+|true|false)$/.test(text) ? `\`${text}\`` : text;

const NEEDED = { required: '**required**', alternative: '**required**: one of these' };

const more = (page = ''): string => `More: [${page}](${page}).`;

/** As the formatter of this repository leaves it. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [columns, widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n');
}
