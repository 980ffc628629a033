import type { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import type { StoredPart } from '../pipeline/stored-answer.ts';
import type { Pair } from './find-pairs.ts';
import type { Guard } from './guards/guard.ts';
import type { SemanticIndex } from './index/semantic-index.ts';
import type { JudgedPairs } from './judged-pairs.ts';
import type { Looked } from './look.ts';
import type { Verify } from './options.ts';
import { isSameAnswer, saidIn, type Said } from './same-answer.ts';
import type { SemanticCounts } from './semantic-stats.ts';

/** A stored answer, fresh and not invalidated for the call that asks. */
export interface StoredReply {
  readonly parts: readonly StoredPart[];
  /** Answers the call with it. */
  reply(): Reply;
}

/** What the cache has under another key, by its own rules and with the tags of this call; `'away'` while nobody knows. */
export type ReadStored = (
  call: ModelCall,
  key: string,
) => Promise<StoredReply | 'stale' | 'away' | undefined>;

/** A pair whose answer can be given. */
export interface Ready {
  readonly pair: Pair;
  readonly stored: StoredReply;
  readonly said: Said;
}

/** An answer to give; or one that the model's own is to be compared with; or neither. */
export interface Choice {
  readonly given?: Ready & { readonly isVerified: boolean };
  readonly compare?: Ready;
}

export interface ChooseDeps {
  readonly clock: Clock;
  readonly background: Background;
  readonly index: Pick<SemanticIndex, 'remove'>;
  readonly judged: JudgedPairs;
  /** Something was learned. */
  readonly learned: () => void;
  /** What must not tell two answers of the model apart. */
  readonly answerGuards: readonly Guard[];
  readonly stored: ReadStored;
  readonly counts: SemanticCounts;
  readonly fault: (error: unknown) => void;
}

export interface Choose {
  choose(looked: Looked): Promise<Choice>;
  /** Learns from the model's own answer. */
  compare(looked: Looked, ready: Ready, own: Said): boolean;
  /** What would have been done, beside the call. */
  inShadow(looked: Looked, own: Said | undefined): Promise<void>;
}

/** Pairs that are tried, the surest first: `verify` may say no to one. */
const MOST_TRIED = 3;

export function createChoose(deps: ChooseDeps): Choose {
  const { clock, background, index, judged, answerGuards, counts, fault } = deps;

  /** The pair, if its answer can still be read; what is gone is no candidate any more. */
  const readyOf = async (looked: Looked, pair: Pair): Promise<Ready | undefined> => {
    const stored = await deps.stored(looked.call, pair.key);
    if (stored === 'away' || stored === 'stale') return undefined;
    if (!stored) {
      background.run(() => index.remove(looked.bucket, pair.text));
      return undefined;
    }
    const said = saidIn(stored.parts);
    return said.isMore ? undefined : { pair, stored, said };
  };

  const learn = ({ decision }: Looked, { score }: Pair, isRight: boolean): void => {
    counts[isRight ? 'right' : 'wrong']++;
    decision.learn(score, isRight);
    deps.learned();
  };

  /** `undefined` when it cannot tell. */
  const verified = async (verify: Verify, looked: Looked, { text }: Pair): Promise<boolean | undefined> => {
    try {
      const isRight: unknown = await withDeadline(clock, looked.settings.verifyTimeout, () =>
        verify(looked.question.text, text),
      );
      if (typeof isRight === 'boolean') return isRight;
      throw new TypeError(`verify must return true or false, it returned ${typeof isRight}`);
    } catch (error) {
      counts.failures.verify++;
      fault(error);
      return undefined;
    }
  };

  /** An answer to give, or what the model's own is to be compared with. */
  const choose = async (looked: Looked): Promise<Choice> => {
    const { call, decision, settings } = looked;
    let isFirst = true;
    for (const pair of looked.pairs.slice(0, MOST_TRIED)) {
      if (isAborted(call.request.abortSignal)) return {};
      const known = judged.isRight(call.key(), pair.key);
      if (known === false) continue;
      const ready = await readyOf(looked, pair);
      if (!ready) continue;
      if (known || decision.of(pair.score, pair.key) === 'serve')
        return { given: { ...ready, isVerified: known ?? false } };
      if (!settings.verify) return { compare: ready };
      const isRight = await verified(settings.verify, looked, pair);
      if (isRight === undefined) return {};
      if (isFirst) learn(looked, pair, isRight); // it is by the surest pair that answers will be given
      isFirst = false;
      judged.judge(call.key(), pair.key, isRight);
      const still = isRight ? await readyOf(looked, pair) : undefined; // may have been invalidated meanwhile
      if (still) return { given: { ...still, isVerified: true } };
    }
    return {};
  };

  const isAlike = (a: string, b: string): boolean => answerGuards.every((guard) => guard.passes(a, b));

  const compare = (looked: Looked, { pair, said }: Ready, own: Said): boolean => {
    const isRight = isSameAnswer(said, own, isAlike);
    learn(looked, pair, isRight);
    if (!isRight) judged.judge(looked.call.key(), pair.key, false);
    return isRight;
  };

  const inShadow = async (looked: Looked, own: Said | undefined): Promise<void> => {
    const { settings, decision, call } = looked;
    for (const pair of looked.pairs.slice(0, MOST_TRIED)) {
      const ready = await readyOf(looked, pair);
      if (!ready) continue;
      const isTrusted = decision.isTrusted(pair.score, pair.key);
      let isRight;
      if (settings.verify) {
        isRight = await verified(settings.verify, looked, pair);
        if (isRight === undefined) return;
        learn(looked, pair, isRight);
        judged.judge(call.key(), pair.key, isRight);
      } else if (own) isRight = compare(looked, ready, own);
      else return;
      if (isTrusted || (settings.verify && isRight)) counts.shadowHits++;
      if (isTrusted && !isRight) counts.shadowErrors++;
      return;
    }
  };

  return { choose, compare, inShadow };
}
