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

type Fault = (error: unknown) => void;

/**
 * Lets an observer see parts on their way. What the observer throws is handed to `fault` and never reaches the reader:
 * once the model has answered, nothing may turn the answer into an error.
 */
export function observe(reader: PartReader, observer: Observer, fault: Fault): PartReader {
  const observed = reader instanceof ObservedReader ? reader : new ObservedReader(reader);
  observed.add(observer, fault);
  return observed;
}

/** One step for all observers that follow one another: a step costs a promise per part. */
class ObservedReader implements PartReader {
  readonly #source: PartReader;
  readonly #observers: Array<{ readonly observer: Observer; readonly fault: Fault }> = [];
  #partError: { readonly error: unknown } | undefined;
  #ended = false;

  constructor(source: PartReader) {
    this.#source = source;
  }

  add(observer: Observer, fault: Fault): void {
    this.#observers.push({ observer, fault });
  }

  read(): ReadResult | Promise<ReadResult> {
    const result = this.#source.read();
    return result instanceof Promise ? result.then(this.#pass, this.#fail) : this.#pass(result);
  }

  cancel(reason?: unknown): Promise<void> {
    this.#end('aborted', reason);
    return this.#source.cancel(reason);
  }

  readonly #pass = (result: ReadResult): ReadResult => {
    if (result.done) this.#end('ok');
    else this.#see(result.value);
    return result;
  };

  readonly #fail = (error: unknown): never => {
    this.#end('error', error);
    throw error;
  };

  #see(part: StreamPart): void {
    this.#partError ??= errorOfPart(part);
    for (const { observer, fault } of this.#observers) {
      try {
        observer.part?.(part);
      } catch (error) {
        fault(error);
      }
    }
  }

  #end(status: EndStatus, error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const failed = this.#partError; // also when it was cancelled on account of that
    for (const { observer, fault } of this.#observers) {
      try {
        if (failed) observer.end?.('error', failed.error);
        else observer.end?.(status, error);
      } catch (thrown) {
        fault(thrown);
      }
    }
  }
}
