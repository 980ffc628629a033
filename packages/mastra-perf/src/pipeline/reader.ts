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

/** The same parts, each changed on its way. `change` must not fail. */
export function mapReader(reader: PartReader, change: (part: StreamPart) => StreamPart): PartReader {
  const map = (result: ReadResult): ReadResult => (result.done ? result : { done: false, value: change(result.value) });
  return {
    read() {
      const result = reader.read();
      return result instanceof Promise ? result.then(map) : map(result);
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/** The web stream that a model returns. It pulls on demand and passes a cancel on. */
export function streamOfReader(reader: PartReader): ReadableStream<StreamPart> {
  return new ReadableStream<StreamPart>(
    {
      pull(controller) {
        const give = (result: ReadResult): void => {
          if (result.done) controller.close();
          else controller.enqueue(result.value);
        };
        const result = reader.read();
        return result instanceof Promise ? result.then(give) : give(result);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
