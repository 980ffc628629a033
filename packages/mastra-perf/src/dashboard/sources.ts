import type {
  DashboardBudget,
  DashboardFigures,
  DashboardLatency,
  DashboardOperation,
  DashboardQuery,
  DashboardStore,
} from './dashboard-data.ts';

/** A row of `perf.usage.report()`, as far as it is shown. */
export interface ReportRow extends DashboardFigures {
  readonly start?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly resource?: string;
  readonly user?: string;
}

export interface ReportQuery {
  readonly by: ReadonlyArray<'agent' | 'model' | 'resource' | 'user'>;
  readonly from: number;
  readonly to: number;
  readonly interval?: 'minute' | 'hour' | 'day';
  readonly where?: { readonly agent?: string; readonly model?: string };
}

export interface ListedAnswer {
  readonly key: string;
  readonly agent: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly hits: number;
  readonly storedAt: number;
  readonly leavesMs: number;
}

/** An answer that was given to another question than the one it was made for. */
export interface GivenByMeaning {
  readonly id: string;
  readonly at: number;
  readonly agent: string;
  readonly resource?: string;
  readonly similarity: number;
  readonly score: number;
  readonly isVerified: boolean;
  readonly asked: string;
  readonly answered: string;
  readonly verdict?: 'right' | 'wrong';
}

/** The times of the window from `from` on. */
export interface TimesQuery extends DashboardQuery {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
}

/** Where the figures come from. Each may fail by itself. */
export interface DashboardSources {
  report(query: ReportQuery): Promise<readonly ReportRow[]>;
  /** Whether the report is of all processes. */
  readonly isShared: boolean;
  latency(query: TimesQuery): DashboardLatency | Promise<DashboardLatency>;
  operations(): readonly DashboardOperation[] | Promise<readonly DashboardOperation[]>;
  budgets(): Promise<ReadonlyArray<Omit<DashboardBudget, 'state'> & { readonly alerts: readonly number[] }>>;
  cacheSize(): {
    readonly entries: number;
    readonly bytes: number;
    readonly hits: number;
    readonly misses: number;
  };
  /** The `limit` answers in memory that were used last. */
  cacheList(limit: number): readonly ListedAnswer[];
  /** The last answers that were given by meaning, the newest first; absent where no call has looked for one. */
  meanings(): readonly GivenByMeaning[] | undefined;
  /** Tells what came of one of them; `false` for any other, and for one of which that is known. */
  judge(id: string, verdict: 'right' | 'wrong'): Promise<boolean>;
  store(): DashboardStore | undefined;
  /** Takes stored answers away. */
  invalidate(
    selector: { readonly tags: readonly string[] } | { readonly agent: string } | { readonly key: string },
  ): Promise<void>;
  /** For scrapers: Prometheus' text format. */
  metricsText(): string | Promise<string>;
}
