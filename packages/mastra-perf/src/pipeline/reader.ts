import type { StreamPart } from './parts.ts';

export type ReadResult = { readonly done: false; readonly value: StreamPart } | { readonly done: true };

/**
 * How parts travel between middlewares: one pull at a time, at once where a part is there already. Web streams stand only
 * at both ends, since each one in between costs several promises and a queue per part.
 */
export interface PartReader {
  /** A failure is always a rejected promise, never thrown. */
  read(): ReadResult | Promise<ReadResult>;
  /** Ends the reading early; what lies behind stops too. */
  cancel(reason?: unknown): Promise<void>;
}

export function readerOfStream(stream: ReadableStream<unknown>): PartReader {
  const reader = stream.getReader();
  return {
    read: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true } : { done: false, value: value as StreamPart };
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/** Reads parts that are there or that are made on demand by a generator that cannot fail. */
export function readerOfParts(parts: Iterable<StreamPart>): PartReader {
  const iterator = parts[Symbol.iterator]();
  return {
    read: () => {
      const { done, value } = iterator.next();
      return done === true ? { done: true } : { done: false, value };
    },
    cancel: async () => void iterator.return?.(),
  };
}

/** Parts that were read ahead, then the rest. */
export function readerAfter(read: readonly StreamPart[], rest: PartReader): PartReader {
  let next = 0;
  return {
    read: () => {
      const part = read[next++];
      return part ? { done: false, value: part } : rest.read();
    },
    cancel: (reason) => rest.cancel(reason),
  };
}

/** The same parts, each changed on its way. `change` must not fail. */
export function mapReader(reader: PartReader, change: (part: StreamPart) => StreamPart): PartReader {
  const map = (result: ReadResult): ReadResult =>
    result.done ? result : { done: false, value: change(result.value) };
  return {
    read() {
      const result = reader.read();
      return result instanceof Promise ? result.then(map) : map(result);
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/**
 * The web stream that a model returns. It pulls on demand and passes a cancel on. Parts that are there already are handed
 * over in one go: they take memory either way, and a pull for each of them costs a round through every stream behind.
 */
export function streamOfReader(reader: PartReader): ReadableStream<StreamPart> {
  let ahead: Promise<ReadResult> | undefined;
  return new ReadableStream<StreamPart>(
    {
      pull(controller) {
        for (;;) {
          const result = ahead ?? reader.read();
          ahead = undefined;
          if (!(result instanceof Promise)) {
            give(controller, result);
            if (result.done) return undefined;
          } else if (controller.desiredSize === 0) return result.then((late) => give(controller, late));
          else {
            // What is handed over must be read first: a stream that fails drops what is still in it.
            ahead = result;
            ahead.catch(() => undefined); // seen by the next pull, if there is one
            return undefined;
          }
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function give(controller: ReadableStreamDefaultController<StreamPart>, result: ReadResult): void {
  if (result.done) controller.close();
  else controller.enqueue(result.value);
}
