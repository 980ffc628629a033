import { clonePlain } from './clone-plain.ts';
import { type DeltaPart, isDelta, type StreamPart } from './parts.ts';

/** A part as it is kept: a run of deltas as one part with the lengths of its pieces. */
export interface StoredPart {
  readonly part: StreamPart;
  /** Lengths of the deltas that were joined, in order; absent for a part that stands alone. */
  readonly cuts?: readonly number[];
}

/**
 * Keeps an answer while it streams. Neighbouring deltas of one block are joined, so that hundreds of tokens become a few
 * parts; deltas that carry more than their text stay as they are. Parts are copied as they come: their reader may
 * change them afterwards.
 */
export interface AnswerRecorder {
  /** @throws TypeError for a part that is not plain data. */
  add(part: StreamPart): void;
  parts(): readonly StoredPart[];
}

export function answerRecorder(): AnswerRecorder {
  const stored: StoredPart[] = [];
  let first: DeltaPart | undefined;
  let pieces: string[] = [];
  const close = (): void => {
    if (first)
      stored.push({ part: { ...first, delta: pieces.join('') }, cuts: pieces.map((piece) => piece.length) });
    first = undefined;
    pieces = [];
  };
  return {
    add(part) {
      const joins = isDelta(part) && isBare(part);
      if (joins && first?.type === part.type && first.id === part.id) {
        pieces.push(part.delta);
        return;
      }
      close();
      if (joins) [first, pieces] = [{ type: part.type, id: part.id, delta: part.delta }, [part.delta]];
      else stored.push({ part: clonePlain(part) });
    },
    parts() {
      close();
      return stored;
    },
  };
}

/** True if a delta says nothing beside its text, so that it can be joined with others. */
export function isBare(part: DeltaPart): boolean {
  for (const key in part) {
    if (key !== 'type' && key !== 'id' && key !== 'delta' && part[key] !== undefined) return false;
  }
  return true;
}

/** The parts again as they were streamed, all of them new objects. */
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
