import { PerfError } from 'mastra-perf';

/**
 * What went wrong, in words alone: an error of ioredis also holds the command that failed, with the answer that was to be
 * stored, or with the password.
 */
export function failure(what: string, error?: unknown): PerfError {
  const words = wordsOf(error);
  return new PerfError('MASTRA_PERF_STORE', `redisStore: ${what}${words && `: ${words}`}`);
}

/** Whether Redis has answered a command with this kind of error. */
export const isReply = (error: unknown, kind: 'NOSCRIPT' | 'WRONGTYPE'): boolean =>
  error instanceof Error && error.message.includes(`: ${kind} `);

export const closedFailure = (): PerfError =>
  new PerfError('MASTRA_PERF_CLOSED', 'redisStore: the store is closed');

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // What ioredis calls the end of the connection where a command is not to be sent again.
  if (error.name === 'MaxRetriesPerRequestError') return 'the connection was lost before the answer came';
  // A cluster that cannot be reached says so, and beside it why the last of its nodes could not.
  const why = 'lastNodeError' in error ? wordsOf(error.lastNodeError) : '';
  return `${error.message}${why && ` ${why}`}`.slice(0, 300);
}
