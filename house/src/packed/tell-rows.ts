import type { MatrixRow } from './try-matrix.ts';

/** Prints a line for each, and at the end why some failed. `false` if any has. */
export async function tellRows(rows: AsyncIterable<MatrixRow>): Promise<boolean> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const reports: string[] = [];
  for await (const { where, what, result, report } of rows) {
    const note = result === 'skipped' ? ' (Mastra alone does not run there either)' : '';
    console.log(`${result.padEnd(7)}  ${where.padEnd(42)}  ${what}${note}`);
    counts[result]++;
    if (result === 'failed') reports.push(`${where}, ${what}:\n${report}`);
  }
  for (const report of reports) console.error(`\n${report}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0;
}
