import { normalText } from '../inside-mastra-perf.ts';
import type { JudgedPair } from './pairs.ts';

/** By text: of questions as they are, and of their normal texts, which the cache embeds. */
export type TextVectors = ReadonlyMap<string, Float32Array>;

/** How alike the local embedding model finds the two texts of a pair. */
export interface PairCosines {
  /** Of the texts as they are. */
  raw(pair: JudgedPair): number;
  /** Of their normal texts. */
  normal(pair: JudgedPair): number;
}

export async function textVectors(pairs: readonly JudgedPair[]): Promise<TextVectors> {
  // Loading the model takes long, and the other benches do not need it.
  const { localVectors } = await import('../context-recall/local-vectors.ts');
  const texts = pairs.flatMap(({ a, b }) => [a, b]);
  const all = [...new Set([...texts, ...texts.map(normalText)])];
  const vectors = await localVectors(all);
  return new Map(all.map((text, place) => [text, vectors[place] ?? new Float32Array()]));
}

export function pairCosines(vectorOf: TextVectors): PairCosines {
  const between = (a: string, b: string): number =>
    a === b ? 1 : cosine(vectorOf.get(a) ?? new Float32Array(), vectorOf.get(b) ?? new Float32Array());
  return {
    raw: ({ a, b }) => between(a, b),
    normal: ({ a, b }) => between(normalText(a), normalText(b)),
  };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let place = 0; place < a.length; place++) {
    const [x, y] = [a[place] ?? 0, b[place] ?? 0];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return dot / Math.sqrt(squareA * squareB);
}
