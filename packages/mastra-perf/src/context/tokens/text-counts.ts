import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Encoder } from './encoder.ts';

/** A count of a part of what is counted: whole tokens, before any calibration. */
export interface Count {
  readonly tokens: number;
  /** Whether all of it was encoded with the vocabulary. */
  readonly isEncoded: boolean;
}

/** Bytes of text that may still be encoded: an event loop that stands still for a second is worse than an estimate. */
export interface Work {
  left: number;
}

/** Takes 20 to 100 ms to encode. What comes on top of it in one count is estimated by samples. */
const MOST_WORK = 256 * 1024;

export const newWork = (): Work => ({ left: MOST_WORK });

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
    const samples = Math.floor(Math.min(work.left, MOST_WORK / 2) / (SAMPLE * bytesPerUnit));
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

  return {
    count(text, work) {
      if (text.length < LEAST_LENGTH) return countNew(text, work);
      const key = keyOf(text);
      const found = known.get(key);
      if (found) return found;
      const isFresh = work.left === MOST_WORK;
      const count = countNew(text, work);
      // What was estimated only because of what was counted before it is counted again when there is time for it.
      if (count.isEncoded || !encode || isFresh) known.set(key, count);
      return count;
    },
  };
}

/** UTF-8 writes all lone surrogates alike; but so do the vocabularies. */
const keyOf = (text: string): string => hash('sha256', text, 'base64url');

const wholeTokens = (text: string, tokens: number): number =>
  text === '' ? 0 : Math.max(1, Math.round(tokens));
