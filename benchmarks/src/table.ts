export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  /** Counts that are not what they must be, one sentence each: the run fails. */
  readonly wrong?: readonly string[];
}

export function printTable({ title, columns, rows, notes, wrong = [] }: Table): void {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  console.log(`\n${title}\n`);
  if (rows.length > 0) {
    console.log(line(columns));
    console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  }
  for (const row of rows) console.log(line(row));
  for (const note of notes) console.log(`\n${note}`);
  for (const sentence of wrong) console.log(`\nWRONG: ${sentence}`);
}
