import type { Clock } from '../base/clock.ts';
import { orAborted } from '../base/or-aborted.ts';

export interface RetryDeps {
  readonly clock: Pick<Clock, 'after' | 'now'>;
  readonly signal: AbortSignal | undefined;
  /** After the first time. */
  readonly retries: number;
}

/** As the AI SDK does: what the provider calls retryable, after 2 s, then 4 s, or when the provider says. */
const FIRST_MS = 2_000;
/** What a provider asks for is heeded up to here. */
const MOST_MS = 60_000;

export async function retrying<T>(
  work: () => PromiseLike<T>,
  { clock, signal, retries }: RetryDeps,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures >= retries || signal?.aborted || !isRetryable(error)) throw error;
      const waited = waitedFor(clock, askedFor(error, clock.now()) ?? FIRST_MS * 2 ** failures);
      await orAborted(waited.done, signal).finally(waited.cancel);
    }
  }
}

const isRetryable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'isRetryable' in error && error.isRetryable === true;

function waitedFor(clock: Pick<Clock, 'after'>, ms: number) {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  return { done, cancel: clock.after(ms, resolve, 'keeps-alive') };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function askedFor(error: unknown, now: number): number | undefined {
  const { responseHeaders } = error as { readonly responseHeaders?: Readonly<Record<string, string>> };
  const exact = Number(responseHeaders?.['retry-after-ms'] ?? Number.NaN);
  const after = responseHeaders?.['retry-after'];
  const seconds = Number(after ?? Number.NaN);
  const ms = [exact, seconds * 1000, Date.parse(after ?? '') - now].find((one) => Number.isFinite(one));
  return ms !== undefined && ms >= 0 && ms <= MOST_MS ? ms : undefined;
}
