import type { StreamPart } from '../pipeline/parts.ts';

/** What an answer says, where it is nothing but text. */
export interface Said {
  readonly text: string;
  /** It calls tools, holds files or sources: another question would need others. */
  readonly isMore: boolean;
}

/** Collects what an answer says while it is read. */
export interface SaidCollector {
  see(part: StreamPart): void;
  said(): Said;
}

/** Longer answers are not compared: nobody would find them to be the same. */
const MOST_CHARACTERS = 20_000;
const FRAME = /^(stream-start|response-metadata|finish|raw|(text|reasoning)-(start|delta|end))$/;

export function saidCollector(): SaidCollector {
  let text = '';
  let isMore = false;
  return {
    see(part) {
      if (part.type === 'text-delta' && typeof part.delta === 'string') text += part.delta;
      if (!FRAME.test(part.type) || text.length > MOST_CHARACTERS) isMore = true;
    },
    said: () => ({ text, isMore }),
  };
}

export function saidIn(parts: Iterable<{ readonly part: StreamPart }>): Said {
  const collector = saidCollector();
  for (const { part } of parts) collector.see(part);
  return collector.said();
}

/** Of two answers that say the same, so many words are in both. */
const LEAST_SHARED = 0.9;

/**
 * Whether two answers say the same, and in doubt that they do not: both are text alone, `isAlike` finds no number, name, negation or the
 * like in which they differ, and they have nine tenths of their words in common. A model that words each answer anew is
 * never found to say the same: then the evidence has to come from `verify` or from feedback.
 */
export function isSameAnswer(a: Said, b: Said, isAlike: (a: string, b: string) => boolean): boolean {
  if (a.isMore || b.isMore) return false;
  const [wordsA, wordsB] = [wordsOf(a.text), wordsOf(b.text)];
  if (wordsA.length === 0 || wordsB.length === 0) return false;
  if (wordsA.join(' ') === wordsB.join(' ')) return true;
  return sharedWords(wordsA, wordsB) >= LEAST_SHARED && isAlike(a.text, b.text);
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Words that both have, each as often as both have it, as a share of the longer one. */
function sharedWords(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of a) counts.set(word, (counts.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of b) {
    const left = counts.get(word) ?? 0;
    if (left === 0) continue;
    counts.set(word, left - 1);
    shared++;
  }
  return shared / Math.max(a.length, b.length);
}
