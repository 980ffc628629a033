import { canonicalHash } from '../base/canonical-hash.ts';
import type { Clock } from '../base/clock.ts';
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts';
import type { ModelCall } from '../pipeline/call.ts';
import type { Decision } from './decision/decision.ts';
import type { Decisions } from './decision/decisions.ts';
import { guardsFor } from './guards-for.ts';
import { bucketOf, findPairs, type Pair } from './find-pairs.ts';
import type { Guard } from './guards/guard.ts';
import type { SemanticIndex } from './index/semantic-index.ts';
import type { SEMANTIC_DEFAULTS, SemanticSettings } from './options.ts';
import type { Question } from './question-text.ts';
import type { QuestionVectors } from './question-vectors.ts';
import type { SemanticCounts } from './semantic-stats.ts';

export type ResolvedSettings = SemanticSettings &
  Required<Pick<SemanticSettings, keyof typeof SEMANTIC_DEFAULTS>>;

/** What was found for a call. */
export interface Looked {
  readonly call: ModelCall;
  readonly question: Question;
  readonly settings: ResolvedSettings;
  readonly bucket: string;
  readonly vector: Float32Array;
  /** The surest first. */
  readonly pairs: readonly Pair[];
  readonly guards: readonly Guard[];
  /** By what the decision is kept. */
  readonly group: string;
  readonly decision: Decision;
}

export interface LookDeps {
  readonly clock: Clock;
  readonly index: SemanticIndex;
  readonly vectors: QuestionVectors;
  readonly decisions: Pick<Decisions, 'of'>;
  readonly defaultGuards: (options: { readonly isVerified: boolean }) => readonly Guard[];
  readonly pairScore: (a: string, b: string, similarity: number) => number;
  readonly counts: SemanticCounts;
  readonly fault: (error: unknown) => void;
}

/** Stored questions like the one of a call, in bounded time; `undefined` when something failed. Never rejects. */
export type Look = (
  call: ModelCall,
  question: Question,
  settings: ResolvedSettings,
) => Promise<Looked | undefined>;

/** A store that failed is not searched for so long. */
const REST_MS = 10_000;

export function createLook(deps: LookDeps): Look {
  const { clock, index, vectors, decisions, counts, fault } = deps;
  let searchAgainAt = -Infinity;
  const guardsOf = guardsFor(deps.defaultGuards);
  const refused = (guard: string): void => void (counts.refused[guard] = (counts.refused[guard] ?? 0) + 1);

  return async (call, question, settings) => {
    const { timeout, embedder, maxErrorRate } = settings;
    const began = clock.monotonic();
    let stage: 'embedder' | 'search' = 'embedder';
    try {
      const asked = await vectors(call, question.text, embedder, timeout);
      if (!asked) {
        counts.failures.embedder++;
        return undefined;
      }
      stage = 'search';
      if (clock.monotonic() < searchAgainAt) {
        counts.failures.search++;
        return undefined;
      }
      const { vector, model } = asked;
      const guards = guardsOf(settings);
      const group = groupOf(call, model, guards);
      const bucket = bucketOf(call, question, model);
      const search = (): Promise<readonly Pair[]> =>
        findPairs(
          { call, question, bucket, vector, guards },
          { index, pairScore: deps.pairScore, onRefused: refused, fault },
        ).catch((error: unknown) => {
          if (!(error instanceof RangeError)) throw error;
          counts.failures.search++; // the embedding model answers otherwise than before: the bucket begins anew
          return [];
        });
      const [decision, pairs] = await withDeadline(
        clock,
        Math.max(1, timeout - (clock.monotonic() - began)),
        () => Promise.all([decisions.of(group, maxErrorRate), search()]),
      );
      return { call, question, settings, bucket, vector, pairs, guards, group, decision };
    } catch (error) {
      if (stage === 'search') searchAgainAt = clock.monotonic() + REST_MS;
      counts.failures[error instanceof DeadlineExceeded ? 'timeout' : stage]++;
      fault(error);
      return undefined;
    }
  };
}

/** What is learned holds for one agent, one embedding model and one set of guards. */
const groupOf = (call: ModelCall, model: string, guards: readonly Guard[]): string =>
  canonicalHash(['learned', call.caller.agent, model, guards.map(({ name }) => name)]);
