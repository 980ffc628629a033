import { clonePlain } from './clone-plain.ts';
import { isDelta, type StreamPart } from './parts.ts';

/** A part as it is kept: a run of deltas as one part with the lengths of its pieces. */
export interface StoredPart {
  readonly part: StreamPart;
  /** Lengths of the deltas that were joined, in order; absent for a part that stands alone. */
  readonly cuts?: readonly number[];
}

/** The parts with each run of deltas in one piece, all of them new objects. */
export function* wholeDeltas(stored: readonly StoredPart[]): Generator<StreamPart> {
  for (const { part } of stored) yield clonePlain(part);
}

/** The parts again as they were streamed, all of them new objects: several readers may share what is stored. */
export function* splitDeltas(stored: readonly StoredPart[]): Generator<StreamPart> {
  for (const { part, cuts } of stored) {
    if (!cuts || !isDelta(part)) {
      yield clonePlain(part);
      continue;
    }
    let start = 0;
    for (const length of cuts) {
      yield { ...part, delta: part.delta.slice(start, start + length) };
      start += length;
    }
  }
}
