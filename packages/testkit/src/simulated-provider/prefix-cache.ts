import { createHash } from 'node:crypto';

/** OpenAI: "caching is available for prompts containing 1024 tokens or more", hits come in increments of 128. */
const SHORTEST = 1024;
const STEP = 128;
const MAX_ENTRIES = 100_000;

/** Remembers which prompt beginnings a model has seen; without OpenAI's expiry after minutes of disuse. */
export interface PrefixCache {
  /** Length in tokens of the longest known beginning of this prompt, and how to make this prompt known. */
  lookup(model: string, sequence: readonly number[]): { cachedTokens: number; remember: () => void };
  clear(): void;
}

export function prefixCache(): PrefixCache {
  const seen = new Set<string>();
  return {
    lookup(model, sequence) {
      const prefixes = prefixKeys(model, sequence);
      const known = prefixes.findLastIndex((key) => seen.has(key));
      return {
        cachedTokens: known < 0 ? 0 : SHORTEST + known * STEP,
        remember() {
          for (const key of prefixes) seen.add(key);
          for (const oldest of seen) {
            if (seen.size <= MAX_ENTRIES) break;
            seen.delete(oldest);
          }
        },
      };
    },
    clear: () => seen.clear(),
  };
}

/** One key per cacheable length, each the hash of everything before it. */
function prefixKeys(model: string, sequence: readonly number[]): string[] {
  const keys: string[] = [];
  const hash = createHash('sha1').update(model);
  let hashed = 0;
  for (let length = SHORTEST; length <= sequence.length; length += STEP) {
    hash.update(Int32Array.from(sequence.slice(hashed, length)));
    hashed = length;
    keys.push(hash.copy().digest('base64'));
  }
  return keys;
}
