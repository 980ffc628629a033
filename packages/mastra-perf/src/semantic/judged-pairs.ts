import { LRUCache } from 'lru-cache';

/** What has been said about pairs, so that nobody is asked twice. */
export interface JudgedPairs {
  /** `undefined` where nobody has said anything. */
  isRight(asked: string, answered: string): boolean | undefined;
  judge(asked: string, answered: string, isRight: boolean): void;
  /** Whether this feedback comes for the first time. */
  isNew(feedback: string): boolean;
}

const MAX_PAIRS = 10_000;
const MAX_FEEDBACK = 10_000;

export function createJudgedPairs(): JudgedPairs {
  const pairs = new LRUCache<string, boolean>({ max: MAX_PAIRS });
  const heard = new LRUCache<string, true>({ max: MAX_FEEDBACK });
  return {
    isRight: (asked, answered) => pairs.get(pairOf(asked, answered)),
    judge: (asked, answered, isRight) => void pairs.set(pairOf(asked, answered), isRight),
    isNew(feedback) {
      if (heard.has(feedback)) return false;
      heard.set(feedback, true);
      return true;
    },
  };
}

/** By their keys: what is right for one scope or agent says nothing about others. */
const pairOf = (asked: string, answered: string): string => `${asked} ${answered}`;
