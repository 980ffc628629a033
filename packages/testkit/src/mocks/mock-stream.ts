import type { MockPace } from './mock-answer.ts';
import type { MockCalls } from './mock-calls.ts';
import { pacedParts } from './paced-parts.ts';

/**
 * A stream that produces a part only when it is asked for one (no read-ahead), so that
 * `calls.partsEmitted` is exactly what was read. An abort errors it at once, also while nobody reads.
 */
export function mockStream<Part>(
  parts: readonly Part[],
  pace: MockPace,
  calls: MockCalls<unknown>,
  signal?: AbortSignal,
): ReadableStream<Part> {
  const ended = new AbortController();
  const source = pacedParts(parts, pace, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
  const settle = () => {
    signal?.removeEventListener('abort', onAbort);
    ended.abort();
  };
  let onAbort = () => {};

  return new ReadableStream<Part>(
    {
      start(controller) {
        onAbort = () => {
          calls.aborted++;
          settle();
          controller.error(signal?.reason);
        };
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      },
      async pull(controller) {
        try {
          const next = await source.next();
          if (ended.signal.aborted) return;
          if (next.done) {
            settle();
            controller.close();
          } else {
            calls.partsEmitted++;
            controller.enqueue(next.value);
          }
        } catch (error) {
          // After an abort or a cancel the stream is over: this is only the echo of our own signal.
          if (ended.signal.aborted) return;
          settle();
          controller.error(error);
        }
      },
      cancel() {
        calls.cancelled++;
        settle();
      },
    },
    { highWaterMark: 0 },
  );
}
