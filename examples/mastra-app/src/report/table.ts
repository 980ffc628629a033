/** Plain text in columns: the first to the left, the others to the right, a rule under the first row. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, column) =>
        column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width),
      )
      .join('   '),
  );
  return [lines[0], '-'.repeat(widths.reduce((sum, width) => sum + width + 3, -3)), ...lines.slice(1)].join(
    '\n',
  );
}
