import { isPerfError, PerfError } from 'mastra-perf';
import { failure } from '../failures.ts';

/** What went wrong with a method that Mastra does not have, in words alone; see `failure`. */
export function fastFailure(what: string, error: unknown, advice = ''): PerfError {
  if (isPerfError(error)) return error;
  const { message } = failure(what, error);
  const words = message.replace('postgresStore:', 'fastPostgres:');
  return new PerfError('MASTRA_PERF_STORE', advice ? `${words}. ${advice}` : words);
}
