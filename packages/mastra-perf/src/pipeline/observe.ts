import { errorOfPart } from './failure.ts';
import type { StreamPart } from './parts.ts';
import type { PartReader, ReadResult } from './reader.ts';

/** How an answer ended: read to its end, failed, or given up by its reader. */
export type EndStatus = 'ok' | 'error' | 'aborted';

export interface Observer {
  part?(part: StreamPart): void;
  /** Exactly once, before the reader is told of the end. */
  end?(status: EndStatus, error?: unknown): void;
}

/**
 * Lets an observer see parts on their way. What the observer throws is handed to `fault` and never reaches the reader:
 * once the model has answered, nothing may turn the answer into an error.
 */
export function observe(reader: PartReader, observer: Observer, fault: (error: unknown) => void): PartReader {
  let ended = false;
  let partError: { readonly error: unknown } | undefined;
  const see = (part: StreamPart): void => {
    partError ??= errorOfPart(part);
    try {
      observer.part?.(part);
    } catch (error) {
      fault(error);
    }
  };
  const end = (status: EndStatus, error?: unknown): void => {
    if (ended) return;
    ended = true;
    try {
      if (partError) observer.end?.('error', partError.error); // also when it was cancelled on account of that
      else observer.end?.(status, error);
    } catch (thrown) {
      fault(thrown);
    }
  };
  const pass = (result: ReadResult): ReadResult => {
    if (result.done) end('ok');
    else see(result.value);
    return result;
  };
  const fail = (error: unknown): never => {
    end('error', error);
    throw error;
  };
  return {
    read() {
      const result = reader.read();
      return result instanceof Promise ? result.then(pass, fail) : pass(result);
    },
    cancel(reason) {
      end('aborted', reason);
      return reader.cancel(reason);
    },
  };
}
