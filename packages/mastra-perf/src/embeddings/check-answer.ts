import type { EmbedReply } from '../pipeline/embedder-proxy.ts';

/** A model answered something that is no vector for each text. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** What is wrong with an answer as a whole; `undefined` if there is a vector of the same length for each text. */
export function wrongWith({ embeddings }: EmbedReply, texts: number): WrongAnswer | undefined {
  const given = Array.isArray(embeddings) ? embeddings.length : 0;
  return given === texts
    ? undefined
    : new WrongAnswer(`the model answered ${given} vectors for ${texts} text${texts === 1 ? '' : 's'}`);
}

/** What is wrong with one vector. */
export function wrongWithVector(vector: unknown): WrongAnswer | undefined {
  const numbers = vector as ArrayLike<unknown>;
  if (typeof numbers !== 'object' || numbers === null || !(numbers.length > 0))
    return new WrongAnswer('the model answered no numbers for it');
  for (let at = 0; at < numbers.length; at++)
    if (!Number.isFinite(numbers[at]))
      return new WrongAnswer(`the model answered ${String(numbers[at])} as number ${at} of its vector`);
  return undefined;
}

/** Places of the vectors whose length differs from that of most. */
export function unlikeMost(lengths: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  if (counts.size <= 1) return [];
  const [[usual] = [0]] = [...counts].toSorted(([, a], [, b]) => b - a);
  return lengths.flatMap((length, at) => (length === usual ? [] : [at]));
}
