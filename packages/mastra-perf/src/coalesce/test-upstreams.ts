import type { Reply } from '../pipeline/call.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { handDriven, testModel, type Asked, type HandDriven } from '../pipeline/test-calls.ts';

/*
 * A model whose every call a test answers by hand. Imported only by tests.
 */

export interface Upstream extends Asked {
  readonly signal: AbortSignal;
  readonly parts: HandDriven;
  /** The model begins to answer; parts may follow. */
  answer(...parts: StreamPart[]): void;
  /** Begins if need be, says the rest, and ends. */
  finish(...parts: StreamPart[]): void;
  /** The model rejects the call. */
  refuse(error: unknown): void;
}

export interface UpstreamOptions {
  /** Whether the model gives up when its signal aborts, as real ones do. */
  readonly heedsAbort?: boolean;
}

export function upstreamModel({ heedsAbort = true }: UpstreamOptions = {}) {
  const upstreams: Upstream[] = [];
  const { invoke, asked } = testModel(({ method, request }) => {
    const begun = Promise.withResolvers<Reply>();
    const parts = handDriven();
    const signal = request.abortSignal ?? new AbortController().signal;
    const answer = (...said: StreamPart[]): void => {
      begun.resolve({ head: {}, parts });
      parts.push(...said);
    };
    if (heedsAbort) {
      signal.addEventListener('abort', () => {
        begun.reject(signal.reason);
        parts.fail(signal.reason);
      });
    }
    const finish = (...said: StreamPart[]): void => {
      answer(...said);
      parts.end();
    };
    upstreams.push({ method, request, signal, parts, answer, finish, refuse: begun.reject });
    return begun.promise;
  });
  return { invoke, asked, upstreams };
}

/** A piece of text, as models stream it. */
export const piece = (delta: string): StreamPart => ({ type: 'text-delta', id: '0', delta });

/** Nothing is ever invalidated. */
export const always = { stamp: () => 1, isCurrent: () => true };
