/** OpenAI's o200k_base, safe for any text. */
export interface Tokenizer {
  encode(text: string): number[];
  decode(tokens: readonly number[]): string;
  count(text: string): number;
  /** The text of the tokens, cut as a provider streams it: mostly one token a piece, never half a character. */
  pieces(tokens: readonly number[]): string[];
}

/** 512 characters of a run that goes on; of fixed length, as an open one overflows the stack on megabytes. */
const CUT = /\S{512}(?=\S)|\s{512}(?=\s)/gu;
// Prompts may contain "<|endoftext|>" and its like; without this the library throws on them.
const AS_PLAIN_TEXT = { disallowedSpecial: new Set<string>() };

/** Loads the ranks (about 0.2 s and 70 MB at the first call). */
export async function loadTokenizer(): Promise<Tokenizer> {
  const o200k = await import('gpt-tokenizer/encoding/o200k_base');
  const tokenizer: Tokenizer = {
    encode(text) {
      const all: number[] = [];
      for (const part of safeParts(text))
        for (const token of o200k.encode(part, AS_PLAIN_TEXT)) all.push(token);
      return all;
    },
    decode: (tokens) => o200k.decode(tokens),
    count: (text) => safeParts(text).reduce((sum, part) => sum + o200k.countTokens(part, AS_PLAIN_TEXT), 0),
    pieces: (tokens) => [...o200k.decodeGenerator(tokens)].filter(Boolean),
  };
  return tokenizer;
}

/**
 * Cuts unbroken runs (no space, or only spaces) into 512 characters: byte-pair merging is quadratic on them,
 * 16,000 characters block for up to 0.8 s. This can count a token too many at each cut.
 */
function safeParts(text: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const { index, 0: run } of text.matchAll(CUT)) {
    parts.push(text.slice(end, index + run.length));
    end = index + run.length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}
