import { canonicalHash } from '../base/canonical-hash.ts';
import type { ModelCall } from '../pipeline/call.ts';
import type { Guard } from './guards/guard.ts';
import type { SemanticIndex } from './index/semantic-index.ts';
import type { Question } from './question-text.ts';

/** A stored question that may be the one that is asked, in other words. */
export interface Pair {
  readonly text: string;
  /** Where its answer is stored: worked out from the call that asks, so that it can only be one of the same agent, scope and settings. */
  readonly key: string;
  readonly similarity: number;
  /** How sure it is that they have one answer, from 0 to 1. */
  readonly score: number;
}

export interface FindPairsDeps {
  readonly index: SemanticIndex;
  readonly pairScore: (a: string, b: string, similarity: number) => number;
  /** A guard told two questions apart. */
  readonly onRefused: (guard: string) => void;
  readonly fault: (error: unknown) => void;
}

export interface Asked {
  readonly call: ModelCall;
  readonly question: Question;
  readonly bucket: string;
  readonly vector: Float32Array;
  readonly guards: readonly Guard[];
}

/** Questions below this have little to do with each other. */
const LEAST_SIMILARITY = 0.6;
const SEARCHED = 8;

/** All of a call but the text of its question, as a name: agent, scope, model, instructions, settings and history. */
export const bucketOf = (call: ModelCall, question: Question, model: string): string =>
  canonicalHash(['questions', model, call.key(question.with(''))]);

/** Those that all guards let pass, the surest first. */
export async function findPairs(
  { call, question, bucket, vector, guards }: Asked,
  { index, pairScore, onRefused, fault }: FindPairsDeps,
): Promise<readonly Pair[]> {
  const passes = (text: string): boolean => {
    for (const guard of guards) {
      try {
        if (guard.passes(question.text, text)) continue;
      } catch (error) {
        fault(error); // what cannot be judged is not let pass
      }
      onRefused(guard.name);
      return false;
    }
    return true;
  };
  const found = await index.search(bucket, vector, SEARCHED);
  const own = call.key();
  return found
    .filter(({ similarity, text }) => similarity >= LEAST_SIMILARITY && passes(text))
    .map(({ text, similarity }) => ({
      text,
      key: call.key(question.with(text)),
      similarity,
      score: pairScore(question.text, text, similarity),
    }))
    .filter(({ key, score }) => key !== own && score > 0)
    .toSorted((a, b) => b.score - a.score);
}
