import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Encoder } from './encoder.ts';

/** A count of a part of what is counted: whole tokens, before any calibration. */
export interface Count {
  readonly tokens: number;
  /** Whether all of it was encoded with the vocabulary. */
  readonly isEncoded: boolean;
  /** Told from the length, for want of time: not worth being remembered. */
  readonly isRough?: boolean;
}

/** What may still be done in one count: an event loop that stands still for a second is worse than an estimate. */
export interface Work {
  /** Bytes of text to encode. */
  left: number;
  /** Texts to look up or to estimate by what they are made of. Further ones are told from their length. */
  texts: number;
  /** What was counted so far: tells how many tokens a character has. */
  tokens: number;
  characters: number;
}

/** Takes 10 to 100 ms to encode, 240 where it is one word. What comes on top of it in one count is estimated by samples. */
const MOST_WORK = 256 * 1024;
/** Bytes of the samples of one text. */
const MOST_SAMPLED = 64 * 1024;
/** Take 50 ms, whatever is in them. */
const MOST_LOOK_UPS = 10_000;
export const newWork = (): Work => ({ left: MOST_WORK, texts: MOST_LOOK_UPS, tokens: 0, characters: 0 });

export interface TextCounts {
  /** Counts a text, with what was counted before where it is known. */
  count(text: string, work: Work): Count;
}

const MAX_TEXTS = 20_000;
/** Shorter texts are encoded in the time that it takes to find them. */
const LEAST_LENGTH = 16;
const SAMPLE = 4096;

/**
 * Counts of one vocabulary. Texts are known by their hash: one that was made anew, as Mastra makes messages in each step, is found
 * as well, and no text is kept in memory.
 */
export function createTextCounts(estimate: (text: string) => number, encode?: Encoder): TextCounts {
  const known = new LRUCache<string, Count>({ max: MAX_TEXTS });

  const countNew = (text: string, work: Work): Count => {
    if (!encode) return { tokens: wholeTokens(text, estimate(text)), isEncoded: false };
    const bytes = Buffer.byteLength(text);
    if (bytes <= work.left) {
      work.left -= bytes;
      return { tokens: encode(text), isEncoded: true };
    }
    return { tokens: wholeTokens(text, bySamples(text, encode, work)), isEncoded: false };
  };

  /** The estimate, corrected by pieces that are spread over the text. */
  const bySamples = (text: string, countPiece: Encoder, work: Work): number => {
    const bytesPerUnit = Buffer.byteLength(text) / text.length;
    const samples = Math.floor(Math.min(work.left, MOST_SAMPLED) / (SAMPLE * bytesPerUnit));
    const whole = estimate(text);
    if (samples === 0 || text.length < SAMPLE) return whole;
    let [encoded, estimated] = [0, 0];
    for (let index = 0; index < samples; index++) {
      const from = Math.floor(((text.length - SAMPLE) * index) / Math.max(1, samples - 1));
      const piece = text.slice(from, from + SAMPLE);
      encoded += countPiece(piece);
      estimated += estimate(piece);
    }
    work.left -= samples * SAMPLE * bytesPerUnit;
    return estimated === 0 ? whole : (whole * encoded) / estimated;
  };

  const countKnown = (text: string, work: Work): Count => {
    if (text.length < LEAST_LENGTH) return countNew(text, work);
    const key = keyOf(text);
    const found = known.get(key);
    if (found) return found;
    const isFresh = work.left === MOST_WORK;
    const count = countNew(text, work);
    // What was estimated only because of what was counted before it is counted again when there is time for it.
    if (count.isEncoded || !encode || isFresh) known.set(key, count);
    return count;
  };

  return {
    count(text, work) {
      if (work.texts <= 0) {
        const tokens = (text.length * work.tokens) / Math.max(1, work.characters);
        return { tokens: wholeTokens(text, tokens), isEncoded: false, isRough: true };
      }
      const count = countKnown(text, work);
      work.texts--;
      work.tokens += count.tokens;
      work.characters += text.length;
      return count;
    },
  };
}

/** UTF-8 writes all lone surrogates alike; but so do the vocabularies. */
const keyOf = (text: string): string => hash('sha256', text, 'base64url');

const wholeTokens = (text: string, tokens: number): number =>
  text === '' ? 0 : Math.max(1, Math.round(tokens));
