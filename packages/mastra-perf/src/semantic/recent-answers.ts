/** An answer that was given to another question than the one it was made for. */
export interface RecentAnswer {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly agent: string;
  readonly resource?: string;
  readonly similarity: number;
  readonly score: number;
  /** Whether `verify`, or feedback before, said that it is right. */
  readonly isVerified: boolean;
  readonly asked: string;
  readonly answered: string;
  /** What somebody has said about it. */
  readonly verdict?: 'right' | 'wrong';
}

/** The last of them, for whoever looks at them to tell what came of them. */
export interface RecentAnswers {
  add(answer: RecentAnswer, token: string): void;
  judge(id: string, verdict: 'right' | 'wrong'): void;
  /** For `perf.cache.feedback()`; `undefined` for one that is not among the last, or was judged. */
  tokenOf(id: string): string | undefined;
  /** The newest first. */
  list(): readonly RecentAnswer[];
}

const MAX_ANSWERS = 50;
const MAX_TEXT = 300;

export function recentAnswers(): RecentAnswers {
  const kept = new Map<string, { answer: RecentAnswer; readonly token: string }>();
  return {
    add(answer, token) {
      kept.set(answer.id, {
        answer: { ...answer, asked: cut(answer.asked), answered: cut(answer.answered) },
        token,
      });
      if (kept.size <= MAX_ANSWERS) return;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    },
    judge(id, verdict) {
      const one = kept.get(id);
      if (one) one.answer = { ...one.answer, verdict };
    },
    tokenOf(id) {
      const one = kept.get(id);
      return one?.answer.verdict === undefined ? one?.token : undefined;
    },
    list: () => Array.from(kept.values(), ({ answer }) => answer).toReversed(),
  };
}

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
