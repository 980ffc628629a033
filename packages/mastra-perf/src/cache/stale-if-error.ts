import type { ModelCall, Next, Reply } from '../pipeline/call.ts';
import { isPerfError } from '../errors.ts';
import { errorOfPart, isAborted } from '../pipeline/failure.ts';
import { isContent, isFinish, type StreamPart } from '../pipeline/parts.ts';
import { readerAfter, readerOfParts } from '../pipeline/reader.ts';

/**
 * Asks the model, and gives what `stale` makes where the model fails before it has said anything. The caller sees nothing of the
 * answer until its first content is there: what has begun cannot be taken back.
 */
export async function orStale(call: ModelCall, next: Next, stale: (error: unknown) => Reply): Promise<Reply> {
  let reply: Reply;
  try {
    reply = await next();
  } catch (error) {
    if (!isExcused(call, error)) throw error;
    return stale(error);
  }
  const read: StreamPart[] = [];
  try {
    for (;;) {
      const result = await reply.parts.read();
      if (result.done) return { ...reply, parts: readerOfParts(read) };
      const failure = errorOfPart(result.value);
      if (failure && isExcused(call, failure.error)) {
        reply.parts.cancel(failure.error).catch(() => undefined); // what failed first is what counts
        return stale(failure.error);
      }
      read.push(result.value);
      if (failure || isContent(result.value) || isFinish(result.value)) break;
    }
  } catch (error) {
    if (isExcused(call, error)) return stale(error);
    // Thrown here it would count as a failure of ours, and what was read would be lost.
    const { parts } = reply;
    return {
      ...reply,
      parts: readerAfter(read, {
        read: () => Promise.reject(error),
        cancel: (reason) => parts.cancel(reason),
      }),
    };
  }
  return { ...reply, parts: readerAfter(read, reply.parts) };
}

/**
 * Whether an old answer may stand for this failure: not when the caller gave up, not for a deliberate error of ours, and
 * not when the provider refused the request for what it says, which is the caller's to know.
 */
function isExcused(call: ModelCall, error: unknown): boolean {
  if (isAborted(call.request.abortSignal) || isPerfError(error)) return false;
  const status = statusOf(error);
  return status === undefined || status >= 500 || PASSING.has(status);
}

/** Conflict, too early, timeout, too many requests. */
const PASSING = new Set([408, 409, 425, 429]);

export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
