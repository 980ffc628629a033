import { readCuts, writeCuts } from './cuts.ts';
import { type DeltaPart, isDelta, type StreamPart } from './parts.ts';
import { revivePlain, writePlain } from './plain-json.ts';
import type { StoredPart } from './stored-answer.ts';

/*
 * An answer as one JSON text: an array of its parts, each run of joined deltas followed by the lengths of its pieces:
 * `[{"type":"text-delta","id":"0","delta":"Hello"},"23",{"type":"finish"}]`. Texts lie in stores: whoever changes what is
 * written here raises FORMAT_VERSION in cache/codec.ts.
 */

/** A text that is no answer. Says nothing of what it holds, nor does it have a cause: JSON.parse quotes what it is given. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/**
 * Writes an answer while it streams, so that nothing of it is kept but texts. Neighbouring deltas of one block are joined, so
 * that hundreds of tokens become a few parts; deltas that carry more than their text stay as they are.
 */
export interface AnswerWriter {
  /**
   * Copies the part: its reader may change it afterwards. One that could not be added is left out.
   *
   * @throws TypeError for a part that is not plain data.
   */
  add(part: StreamPart): void;
  /** What has been added so far, for {@link readParts}. */
  text(): string;
}

export function answerWriter(): AnswerWriter {
  const written: string[] = [];
  let run: DeltaPart | undefined;
  let pieces: string[] = [];
  const endRun = (): void => {
    if (run) {
      const part = { ...run, delta: pieces.join('') };
      written.push(writePart({ part, cuts: pieces.map((piece) => piece.length) }));
    }
    run = undefined;
    pieces = [];
  };
  return {
    add(part) {
      if (!isDelta(part) || !isBare(part)) {
        endRun();
        written.push(writePlain(part));
      } else if (run?.type === part.type && run.id === part.id) {
        pieces.push(part.delta);
      } else {
        endRun();
        run = { type: part.type, id: part.id, delta: '' };
        pieces.push(part.delta);
      }
    },
    text() {
      endRun();
      return `[${written.join(',')}]`;
    },
  };
}

/** True if a delta says nothing beside its text, so that it can be joined with others. */
function isBare(part: DeltaPart): boolean {
  for (const key in part) {
    if (key !== 'type' && key !== 'id' && key !== 'delta' && part[key] !== undefined) return false;
  }
  return true;
}

/**
 * The text of parts that are there already. Values come back as they were, but for fields that are `undefined`: those are
 * left out.
 *
 * @throws TypeError for a part that is not plain data.
 */
export const writeParts = (parts: readonly StoredPart[]): string => `[${parts.map(writePart).join(',')}]`;

const writePart = ({ part, cuts }: StoredPart): string =>
  cuts ? `${writePlain(part)},"${writeCuts(cuts)}"` : writePlain(part);

/**
 * The parts of a text, all of them new objects.
 *
 * @throws UnreadableAnswer for a text that neither `writeParts` nor an `AnswerWriter` has written.
 */
export function readParts(text: string): StoredPart[] {
  const items = itemsOf(text);
  const parts: StoredPart[] = [];
  for (let index = 0; index < items.length; index++) {
    const part = items[index];
    if (!isPart(part)) throw new UnreadableAnswer(`item ${index} is not a part`);
    const next = items[index + 1];
    if (typeof next !== 'string') {
      parts.push({ part });
      continue;
    }
    const cuts = typeof part.delta === 'string' ? readCuts(next, part.delta.length) : undefined;
    if (!cuts) throw new UnreadableAnswer(`item ${++index} does not cut the part before it`);
    parts.push({ part, cuts });
    index++;
  }
  return parts;
}

function itemsOf(text: string): readonly unknown[] {
  try {
    const items: unknown = JSON.parse(text);
    if (Array.isArray(items)) return items.map(revivePlain);
  } catch {
    throw new UnreadableAnswer('not the JSON of plain data'); // without its cause, which quotes the answer
  }
  throw new UnreadableAnswer('not an array');
}

const isPart = (item: unknown): item is StreamPart =>
  typeof item === 'object' && item !== null && 'type' in item && typeof item.type === 'string';
