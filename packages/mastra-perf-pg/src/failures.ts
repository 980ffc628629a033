import { PerfError } from 'mastra-perf';

/**
 * What went wrong, in words alone: an error of pg may also hold the row that failed, with the answer that was to be stored.
 */
export function failure(what: string, error?: unknown): PerfError {
  const words = wordsOf(error);
  return new PerfError('MASTRA_PERF_STORE', `postgresStore: ${what}${words && `: ${words}`}`);
}

export const closedFailure = (): PerfError =>
  new PerfError('MASTRA_PERF_CLOSED', 'postgresStore: the store is closed');

/** The SQLSTATE of what Postgres answered, or the code of a broken connection. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // A host with several addresses is refused by each of them, and the whole has no message.
  const errors = error instanceof AggregateError ? error.errors : [];
  const message = error.message || errors.map(wordsOf).join(', ');
  const code = codeOf(error);
  return `${message.slice(0, 300)}${code && !message.includes(code) ? ` (${code})` : ''}`;
}
