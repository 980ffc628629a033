/* What the page shows, as plain JSON. Nothing in it is the text of a prompt or an answer, unless `showQuestions` is on. */

export const RANGES = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;
export type DashboardRange = (typeof RANGES)[number];

export interface DashboardQuery {
  readonly range: DashboardRange;
  readonly agent?: string;
  readonly model?: string;
}

export interface DashboardData {
  readonly version: 1;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly query: DashboardQuery;
  /** Of figures that are sums. Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Length of a bucket of `series`, in milliseconds. */
  readonly bucketMs: number;
  /** Whether sums are those of all processes, or of this one. */
  readonly isShared: boolean;
  /** `perf.usage.report({ by: [], from, where })`. */
  readonly totals: DashboardFigures;
  readonly series: readonly DashboardBucket[];
  readonly latency: DashboardLatency;
  readonly models: DashboardTop;
  readonly agents: DashboardTop;
  readonly resources: DashboardTop;
  readonly users: DashboardTop;
  readonly budgets: readonly DashboardBudget[];
  readonly cache: DashboardCache;
  /** Answers that this process gave by meaning, the newest first; absent where no call has looked for one. */
  readonly meanings?: readonly DashboardMeaning[];
  readonly store?: DashboardStore;
  /** Time of other work than calls in the last hour, such as statements of storages, the slowest first. */
  readonly operations: readonly DashboardOperation[];
  readonly feed: readonly DashboardNote[];
  /** Names that can be filtered by. */
  readonly known: { readonly agents: readonly string[]; readonly models: readonly string[] };
  /** Parts that could not be read, and why: the rest is right. */
  readonly missing: ReadonlyArray<{ readonly part: string; readonly reason: string }>;
}

export interface DashboardFigures {
  readonly calls: number;
  readonly misses: number;
  readonly hits: number;
  readonly stale: number;
  readonly shared: number;
  readonly bypassed: number;
  readonly errors: number;
  readonly aborted: number;
  readonly modelCalls: number;
  readonly embeddingCalls: number;
  readonly unpricedCalls: number;
  readonly estimatedCalls: number;
  readonly spent: { readonly inputTokens: number; readonly outputTokens: number; readonly usd: number };
  readonly saved: {
    readonly calls: number;
    readonly embeddings: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly usd: number;
    readonly ms: number;
  };
}

/** What happened in `bucketMs` from `at` on. */
export interface DashboardBucket {
  readonly at: number;
  readonly misses: number;
  readonly hits: number;
  readonly stale: number;
  readonly shared: number;
  readonly bypassed: number;
  readonly errors: number;
  readonly tokens: number;
  readonly usd: number;
  readonly savedUsd: number;
}

/** The dearest. `count` is how many there are in all. */
export interface DashboardTop {
  readonly rows: readonly DashboardRow[];
  readonly count: number;
}

export interface DashboardRow extends DashboardFigures {
  readonly name: string;
}

export interface DashboardPercentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Of this process, or of all that share a store; milliseconds. */
export interface DashboardLatency {
  readonly call?: DashboardPercentiles;
  /** To the first part with content. */
  readonly firstPart?: DashboardPercentiles;
  readonly series: readonly DashboardLatencyPoint[];
}

/** What is absent was not measured. */
export interface DashboardLatencyPoint {
  readonly at: number;
  readonly call?: DashboardPercentiles;
  readonly firstPart?: DashboardPercentiles;
}

export interface DashboardBudget {
  readonly budget: string;
  readonly per: string;
  readonly scope?: string;
  readonly unit: 'usd' | 'tokens' | 'calls';
  readonly limit: number;
  readonly spent: number;
  readonly held: number;
  readonly resetsAt: number;
  /** `over`: nothing is left; `warn`: the lowest share that is told of is passed. */
  readonly state: 'ok' | 'warn' | 'over';
}

export interface DashboardCache {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** The largest and the most given of `listed` answers, those that were used last. */
  readonly rows: readonly DashboardEntry[];
  readonly listed: number;
}

export interface DashboardEntry {
  readonly key: string;
  readonly agent: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly hits: number;
  readonly ageMs: number;
  /** Milliseconds until it leaves the memory. */
  readonly leavesMs: number;
}

/** An answer that was given to another question than the one it was made for. */
export interface DashboardMeaning {
  readonly id: string;
  readonly at: number;
  readonly agent: string;
  readonly resource?: string;
  /** Cosine of the angle between the vectors of the two questions. */
  readonly similarity: number;
  /** How sure it was that both have one answer, from 0 to 1. */
  readonly score: number;
  readonly isVerified: boolean;
  /** What somebody has said about it. */
  readonly verdict?: 'right' | 'wrong';
  /** The question of the user, and the one that the answer was made for; only with `showQuestions`. */
  readonly asked?: string;
  readonly answered?: string;
}

export interface DashboardStore {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly since: number;
  readonly opened: number;
  readonly timeouts: number;
  readonly errors: number;
  readonly rejected: number;
}

export interface DashboardOperation extends DashboardPercentiles {
  readonly name: string;
  readonly max: number;
}

/** Something that somebody may want to know of. */
export interface DashboardNote {
  /** Grows by one. */
  readonly id: number;
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly kind: string;
  readonly text: string;
  readonly agent?: string;
  readonly model?: string;
}

/** What `/events` sends: the figures may have changed. */
export interface DashboardTick {
  readonly at: number;
  /** Grows with every call, note and change of the cache. */
  readonly revision: number;
}

/** What `/invalidate` takes: one of the three. */
export interface InvalidateRequest {
  readonly tag?: string;
  readonly agent?: string;
  readonly key?: string;
}

/** What `/feedback` takes: what came of one of the `meanings`. */
export interface FeedbackRequest {
  readonly id: string;
  readonly verdict: 'right' | 'wrong';
}
