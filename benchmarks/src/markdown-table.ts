/** As the formatter of this repository leaves it: columns are padded, the first to the left. */
export function markdownTable(columns: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const [head, ...body] = [columns, ...rows].map((row) =>
    columns.map((_, index) => (row[index] ?? '').replaceAll('|', '\\|')),
  ) as [string[], ...string[][]];
  const widths = head.map((name, index) =>
    Math.max(3, name.length, ...body.map((row) => row[index]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
