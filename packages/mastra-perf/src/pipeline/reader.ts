import type { StreamPart } from './parts.ts';

export type ReadResult = { readonly done: false; readonly value: StreamPart } | { readonly done: true };

/**
 * How parts travel between middlewares: one pull at a time. Web streams stand only at both ends, since each one in
 * between costs several promises and a queue per part.
 */
export interface PartReader {
  read(): Promise<ReadResult>;
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

export function readerOfParts(parts: Iterable<StreamPart>): PartReader {
  const iterator = parts[Symbol.iterator]();
  return {
    read: async () => {
      const { done, value } = iterator.next();
      return done === true ? { done: true } : { done: false, value };
    },
    cancel: async () => void iterator.return?.(),
  };
}

/** The web stream that a model returns. It pulls on demand and passes a cancel on. */
export function streamOfReader(reader: PartReader): ReadableStream<StreamPart> {
  return new ReadableStream<StreamPart>(
    {
      pull: async (controller) => {
        const result = await reader.read();
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
