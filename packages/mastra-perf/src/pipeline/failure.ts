import type { StreamPart } from './parts.ts';

/** The error that an `error` part carries, boxed, so that `undefined` can be told from no error. */
export function errorOfPart(part: StreamPart): { readonly error: unknown } | undefined {
  return part.type === 'error' ? { error: part.error } : undefined;
}

/** True when the caller has given up: whatever is thrown now is the abort, not a failure of ours. */
export const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
