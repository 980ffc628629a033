import { addEvidence, createEvidence, sizeOf, STEPS, stepOf, type Evidence } from './evidence.ts';
import { thresholdOf } from './threshold.ts';

export interface DecisionDeps {
  /** Share of the answers it gives that may be wrong. */
  readonly maxErrorRate: number;
  readonly random: () => number;
}

/** What has been learned, as it is shared between processes. */
export interface Learned {
  readonly right: readonly number[];
  readonly wrong: readonly number[];
  /** Answers that were given once and were wrong: only above this score are they given again. */
  readonly floors: readonly (readonly [answer: string, score: number])[];
}

/**
 * Decides by the score of a pair whether the answer to one question is given for the other. It begins with no answer at all and learns
 * from pairs that were judged; of what it gives, a small share is judged all the same, so that it notices when it was too sure.
 */
export interface Decision {
  /** `'judge'`: nobody knows yet, or this one is in the sample. `answer` names what would be given. */
  of(score: number, answer: string): 'serve' | 'judge';
  /** Whether it would be served, were there no sample. */
  isTrusted(score: number, answer: string): boolean;
  learn(score: number, isRight: boolean): void;
  /** This answer was given for a question that it does not fit. */
  refuse(score: number, answer: string): void;
  /** Answers are given from this score on; `undefined` while there is not enough evidence. */
  threshold(): number | undefined;
  /** Judged pairs that it goes by. */
  evidence(): { readonly right: number; readonly wrong: number };
  /** Those by score. */
  curve(): readonly { readonly score: number; readonly right: number; readonly wrong: number }[];
  /** Whether something was learned that `merge` has not shared yet. */
  isDirty(): boolean;
  /** What others have learned, with what was learned here since the last time; goes by that from now on. */
  merge(stored: Learned | undefined): Learned;
  /** What was merged last is not shared after all. */
  unshare(): void;
}

/** Of what may be given, so much is judged first. */
const SAMPLE = 0.05;
/** Judged pairs of one step, times the error rate: beyond it old ones fade. It takes 4.6 without a wrong one to be sure. */
const KEPT = 12;
const MAX_FLOORS = 200;
/** The threshold is worked out again when a step has grown by a fiftieth, and with each wrong one. */
const RENEWED = 50;

export function createDecision({ maxErrorRate, random }: DecisionDeps): Decision {
  const most = KEPT / Math.max(maxErrorRate, 0.001);
  let known = createEvidence();
  let own = createEvidence();
  let sharing: Evidence | undefined;
  let floors = new Map<string, number>();
  let refused = false;
  let sharingRefused = false;
  let threshold: number | undefined;
  let stale = false;

  /** Right ones that the threshold does not know of yet: each of them changes little. */
  let news = 0;

  const current = (): number | undefined => {
    if (!stale) return threshold;
    threshold = thresholdOf(known, maxErrorRate);
    stale = false;
    news = 0;
    return threshold;
  };
  const isTrusted = (score: number, answer: string): boolean => {
    const from = current();
    return from !== undefined && score >= from && score > (floors.get(answer) ?? -1);
  };
  const raiseFloor = (answer: string, score: number): void => {
    const floor = Math.max(score, floors.get(answer) ?? -1);
    floors.delete(answer);
    floors.set(answer, floor);
    for (const oldest of floors.keys()) {
      if (floors.size <= MAX_FLOORS) break;
      floors.delete(oldest);
    }
  };

  return {
    of: (score, answer) => (isTrusted(score, answer) && random() >= SAMPLE ? 'serve' : 'judge'),
    isTrusted,
    learn(score, isRight) {
      const step = stepOf(score);
      const one = { right: isRight ? 1 : 0, wrong: isRight ? 0 : 1 };
      addEvidence(known, step, one, most);
      addEvidence(own, step, one, most);
      stale ||= !isRight || ++news > (known.right[step] ?? 0) / RENEWED;
    },
    refuse(score, answer) {
      raiseFloor(answer, score);
      refused = true;
    },
    threshold: current,
    evidence: () => sizeOf(known),
    curve: () =>
      Array.from(known.right, (right, step) => ({
        score: step / STEPS,
        right,
        wrong: known.wrong[step] ?? 0,
      })).filter(({ right, wrong }) => right + wrong > 0),
    isDirty: () => refused || isSome(own),
    merge(stored) {
      const merged = createEvidence();
      for (let step = 0; step < STEPS; step++) {
        const before = { right: stored?.right[step] ?? 0, wrong: stored?.wrong[step] ?? 0 };
        addEvidence(merged, step, before, most);
        addEvidence(merged, step, { right: own.right[step] ?? 0, wrong: own.wrong[step] ?? 0 }, most);
      }
      const mine = floors;
      floors = new Map(stored?.floors);
      for (const [answer, score] of mine) raiseFloor(answer, score);
      known = merged;
      sharing = own;
      own = createEvidence();
      sharingRefused = refused;
      refused = false;
      stale = true;
      return { right: Array.from(known.right), wrong: Array.from(known.wrong), floors: [...floors] };
    },
    unshare() {
      if (!sharing) return;
      for (let step = 0; step < STEPS; step++)
        addEvidence(own, step, { right: sharing.right[step] ?? 0, wrong: sharing.wrong[step] ?? 0 }, most);
      sharing = undefined;
      refused ||= sharingRefused;
    },
  };
}

const isSome = ({ right, wrong }: Evidence): boolean =>
  right.some((count) => count > 0) || wrong.some((count) => count > 0);
