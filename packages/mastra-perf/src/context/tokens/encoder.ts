import { bytesOf, countMerged, readRanks } from './byte-pairs.ts';

/** Vocabularies of OpenAI's models, of which nothing is estimated. */
export type Vocabulary = 'o200k' | 'cl100k';

/** Tokens of a text. Names of control tokens, such as `<|endoftext|>`, are plain text. */
export type Encoder = (text: string) => number;

/** Longer ones would be slices of their text, and keep all of it in memory. */
const MAX_LENGTH = 12;
const MAX_WORDS = 50_000;

/** As modules are, a vocabulary is loaded once in a process: it is 70 MB, and never changes. */
const loaded = new Map<Vocabulary, Promise<Encoder>>();

/**
 * Loads a vocabulary: 0.2 to 0.4 s and 70 MB for the first one of its kind in a process. Rejects when `gpt-tokenizer` cannot be
 * imported. Only its tables are used: its own merging takes time that grows with the square of an unbroken run, and three to five
 * times as much for code and Chinese.
 */
export function loadEncoder(vocabulary: Vocabulary): Promise<Encoder> {
  const encoder = loaded.get(vocabulary) ?? readEncoder(vocabulary);
  loaded.set(vocabulary, encoder);
  return encoder;
}

async function readEncoder(vocabulary: Vocabulary): Promise<Encoder> {
  const [{ default: tokens }, patterns] = await Promise.all([
    vocabulary === 'o200k'
      ? import('gpt-tokenizer/bpeRanks/o200k_base')
      : import('gpt-tokenizer/bpeRanks/cl100k_base'),
    import('gpt-tokenizer/encodingParams/constants'),
  ]);
  const ranks = readRanks(tokens);
  const words = vocabulary === 'o200k' ? patterns.O200K_TOKEN_SPLIT_REGEX : patterns.CL100K_TOKEN_SPLIT_REGEX;
  const known = new Map<string, number>();

  const countWord = (word: string): number => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const bytes = bytesOf(word);
    const count = ranks.all.has(bytes) ? 1 : countMerged(bytes, ranks);
    if (word.length <= MAX_LENGTH) {
      if (known.size >= MAX_WORDS) known.clear();
      known.set(word, count);
    }
    return count;
  };

  return (text) => {
    let count = 0;
    for (const word of text.match(words) ?? []) count += countWord(word);
    return count;
  };
}
