import type { Pool } from 'pg';
import type { BatchInsert } from './batch-insert.ts';
import { createHistogram, type DurationStats, type Histogram } from './histogram.ts';
import { shapeMemory } from './statement-shape.ts';

export interface SlowQuery {
  /** The statement with `?` in place of literals and parameters: no value is ever told. */
  readonly text: string;
  readonly durationMs: number;
  /** The SQLSTATE, if it failed. */
  readonly failed?: string;
}

export interface StatementStats extends DurationStats {
  /** As {@link SlowQuery.text}. */
  readonly text: string;
  readonly errors: number;
}

export interface PoolSnapshot {
  /** By time that was spent in them, the most first. */
  readonly statements: readonly StatementStats[];
  /** Statements of further shapes than are kept apart. */
  readonly others: DurationStats;
  readonly slow: number;
  /** How long callers waited for a connection, the opening of new ones included. */
  readonly wait: DurationStats;
  readonly connections: {
    readonly max: number;
    readonly open: number;
    readonly idle: number;
    /** Callers that wait now. */
    readonly waiting: number;
    /** Part of all connections that is in use, 0 to 1. At 1 the next caller waits. */
    readonly saturation: number;
    /** Callers that found all connections in use, since the beginning. */
    readonly queued: number;
    /** Callers that got none in time or at all. */
    readonly refused: number;
    /** Idle connections that broke. */
    readonly lost: number;
  };
}

/** What a pool was asked and how long it took. */
export interface PoolMonitor {
  /** Calls back for each statement that took longer than `slowQueryMs`. Returns the end of it. */
  on(event: 'slow', listener: (query: SlowQuery) => void): () => void;
  snapshot(): PoolSnapshot;
  /** Opens connections until there are so many, `max` at most, before anybody waits for them. */
  warm(connections: number): Promise<void>;
  readonly batchInsert: BatchInsert;
}

export interface MonitorSettings {
  /** `false` for none. */
  readonly slowQueryMs: number | false;
  readonly maxShapes: number;
}

/** The counting part. */
export interface Meter {
  statement(text: string, durationMs: number, error?: unknown): void;
  waited(durationMs: number, outcome: 'given' | 'refused', queued: boolean): void;
  lost(): void;
  on: PoolMonitor['on'];
  snapshot(pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>, max: number): PoolSnapshot;
}

export function createMeter({ slowQueryMs, maxShapes }: MonitorSettings): Meter {
  const shapeOf = shapeMemory();
  const shapes = new Map<string, { readonly times: Histogram; errors: number }>();
  const others = createHistogram();
  const wait = createHistogram();
  const listeners = new Set<(query: SlowQuery) => void>();
  const counts = { slow: 0, queued: 0, refused: 0, lost: 0 };

  return {
    statement(text, durationMs, error) {
      const shape = shapeOf(text);
      let known = shapes.get(shape);
      if (!known && shapes.size < maxShapes)
        shapes.set(shape, (known = { times: createHistogram(), errors: 0 }));
      (known?.times ?? others).record(durationMs);
      if (known && error !== undefined) known.errors++;
      if (slowQueryMs === false || durationMs < slowQueryMs) return;
      counts.slow++;
      const failed = error === undefined ? undefined : sqlState(error);
      for (const listener of [...listeners])
        tell(() => listener({ text: shape, durationMs, ...(failed !== undefined && { failed }) }));
    },
    waited(durationMs, outcome, queued) {
      wait.record(durationMs);
      if (queued) counts.queued++;
      if (outcome === 'refused') counts.refused++;
    },
    lost: () => void counts.lost++,
    on(_event, listener) {
      const own = (query: SlowQuery): void => listener(query);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    snapshot({ totalCount, idleCount, waitingCount }, max) {
      const statements = [...shapes].map(([text, { times, errors }]) => ({ text, errors, ...times.stats() }));
      const { slow, ...rest } = counts;
      return {
        statements: statements.toSorted((one, other) => other.totalMs - one.totalMs),
        others: others.stats(),
        slow,
        wait: wait.stats(),
        connections: {
          max,
          open: totalCount,
          idle: idleCount,
          waiting: waitingCount,
          saturation: (totalCount - idleCount) / max,
          ...rest,
        },
      };
    },
  };
}

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';

/** What a listener throws must not reach the statement. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.emitWarning(`a listener of a monitored pool threw: ${String(error)}`, {
      code: 'MASTRA_PERF_LISTENER',
      type: 'MastraPerfWarning',
    });
  }
}
