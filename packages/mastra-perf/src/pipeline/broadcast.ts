import type { StreamPart } from './parts.ts';
import type { PartReader, ReadResult } from './reader.ts';

/**
 * One source of parts read by many, each at its own pace and from the first part on. The source is read as fast as it
 * gives: a provider bills for what it has produced whether or not somebody has looked at it yet.
 */
export interface Broadcast {
  /**
   * A reader that starts with the first part. It ends alone on `cancel`, or fails alone when `signal` aborts; `onLeave`
   * is told of either, and only while the source still runs.
   */
  subscribe(signal: AbortSignal | undefined, onLeave: () => void): PartReader;
  /** Resolves when the source has ended, whatever the way. */
  readonly ended: Promise<void>;
}

type End = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

export function broadcast(source: PartReader): Broadcast {
  const parts: StreamPart[] = [];
  let end: End | undefined;
  let waiting: Array<() => void> = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };

  const pump = async (): Promise<void> => {
    try {
      for (;;) {
        const next = source.read();
        const result = next instanceof Promise ? await next : next;
        if (result.done) break;
        parts.push(result.value);
        wake();
      }
      end = { failed: false };
    } catch (error) {
      end = { failed: true, error };
    }
    wake();
  };
  const ended = pump();

  return {
    ended,
    subscribe(signal, onLeave) {
      let next = 0;
      let own: End | undefined;
      const stop = (how: End): void => {
        if (own) return;
        own = how;
        signal?.removeEventListener('abort', abort);
        if (end) return;
        onLeave();
        wake();
      };
      const abort = (): void => stop({ failed: true, error: signal?.reason });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });

      const read = (): ReadResult | Promise<ReadResult> => {
        const part = own ? undefined : parts[next];
        if (part) {
          next++;
          return { done: false, value: part };
        }
        if (!own && end) stop(end);
        if (own) return own.failed ? Promise.reject(own.error) : { done: true };
        return new Promise<void>((resolve) => waiting.push(resolve)).then(read);
      };
      return { read, cancel: async () => stop({ failed: false }) };
    },
  };
}
