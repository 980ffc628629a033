/** What the semantic cache did since the process began. */
export interface SemanticStats {
  /** Calls that had a question for it, after an exact miss. */
  readonly lookups: number;
  /** Calls that are not a single question of a user: turns before it, tools, a structured answer, a title, too long. */
  readonly skipped: number;
  /** Answers given. */
  readonly hits: number;
  /** Those of them that `verify` had confirmed. */
  readonly verified: number;
  /** Answers that shadow mode would have given, and those of them that were judged to be wrong. */
  readonly shadowHits: number;
  readonly shadowErrors: number;
  /** Pairs that were judged, by `verify`, by feedback, or by comparing two answers of the model. */
  readonly right: number;
  readonly wrong: number;
  /** Pairs that each guard told apart. */
  readonly refused: Readonly<Record<string, number>>;
  /** What went wrong, each time with a plain miss for the call. */
  readonly failures: {
    /** The embedding model failed, answered no vector, or rested after a failure. */
    readonly embedder: number;
    /** A vector store failed, or vectors have another length than before. */
    readonly search: number;
    /** Embedding and search took longer than `timeout`. */
    readonly timeout: number;
    /** `verify` threw or took longer than `verifyTimeout`. */
    readonly verify: number;
    /** Entries of a vector store that could not be read. */
    readonly unreadable: number;
  };
  /** Questions in memory. */
  readonly entries: number;
  readonly bytes: number;
  /** What was learned, for each agent and embedding model. */
  readonly learned: readonly LearnedStats[];
}

export interface LearnedStats {
  readonly agent: string;
  /** Answers are given from this score on; absent while there is not enough evidence. */
  readonly threshold?: number;
  /** Judged pairs that it goes by; old ones count for less. */
  readonly right: number;
  readonly wrong: number;
  /** The same by score, where there are any. */
  readonly curve: readonly { readonly score: number; readonly right: number; readonly wrong: number }[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface SemanticCounts extends Writable<
  Omit<SemanticStats, 'refused' | 'failures' | 'entries' | 'bytes' | 'learned'>
> {
  readonly refused: Record<string, number>;
  readonly failures: Writable<SemanticStats['failures']>;
}

export const semanticCounts = (): SemanticCounts => ({
  lookups: 0,
  skipped: 0,
  hits: 0,
  verified: 0,
  shadowHits: 0,
  shadowErrors: 0,
  right: 0,
  wrong: 0,
  refused: {},
  failures: { embedder: 0, search: 0, timeout: 0, verify: 0, unreadable: 0 },
});
