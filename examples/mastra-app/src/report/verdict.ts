/** The last word: everything as it must be, or what is not. */
export function verdict(calls: number, problems: readonly string[]): string {
  if (problems.length === 0) return `${calls} calls: every answer is the same with and without the plugin.`;
  return [`${calls} calls, ${problems.length} problems:`, ...problems.map((problem) => `  ${problem}`)].join(
    '\n',
  );
}
