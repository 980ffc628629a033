import * as z from 'zod/mini';
import { systemClock, type Clock } from '../base/clock.ts';
import { parseOptions } from '../base/parse-options.ts';
import { options, positiveInteger } from '../base/schema.ts';
import { PerfConfigError } from '../errors.ts';
import type { Stats } from './metrics-types.ts';
import { OTHER } from './series-index.ts';
import { Sketch } from './sketch.ts';
import { timed } from './timed.ts';

export interface PerformanceMonitorOptions {
  /**
   * Operations with figures of their own; what comes then is counted as `'(other)'`.
   * @default 1000
   */
  readonly maxOperations?: number;
  /** Where time comes from. @default the steady clock of the process */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Figures of one operation, in milliseconds. Plain JSON. */
export interface OperationStats extends Stats {
  /** How often it failed; these are in none of the other figures. */
  readonly errors: number;
}

interface Operation {
  readonly values: Sketch;
  errors: number;
}

/** @public docs/options.md is written from it. */
export const monitorSchema = options(() => ({
  maxOperations: z.optional(positiveInteger(100_000)),
  clock: z.optional(
    z.custom<Pick<Clock, 'monotonic'>>(
      (given) => typeof (given as Partial<Clock> | undefined)?.monotonic === 'function',
      { error: 'an object with monotonic()' },
    ),
  ),
}));

/**
 * Times what an application does, by names of its own; needs no Mastra. Percentiles are at most 1 % off, whatever was measured, and
 * an operation takes at most 6 kB, however often it was measured.
 *
 * @throws PerfConfigError for a wrong option.
 * @example
 * const monitor = new PerformanceMonitor();
 * const rows = await monitor.time('search', () => search(text));
 * monitor.getStats('search'); // { count, avg, min, max, p50, p90, p95, p99, errors }
 */
export class PerformanceMonitor {
  readonly #operations = new Map<string, Operation>();
  readonly #maxOperations: number;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(given: PerformanceMonitorOptions = {}) {
    const { maxOperations = 1000, clock = systemClock } = parseOptions(
      monitorSchema,
      given,
      'PerformanceMonitor',
    );
    this.#maxOperations = maxOperations;
    this.#clock = clock;
  }

  /** Runs something and passes on what it returns, resolves to or throws; a promise is timed until it is settled. */
  time<T>(operation: string, work: () => PromiseLike<T>): Promise<T>;
  time<T>(operation: string, work: () => T): T;
  time(operation: string, work: () => unknown): unknown {
    return timed(this.#clock, work, (ms, isOk) => {
      if (isOk) this.#find(operation).values.add(ms);
      else this.#find(operation).errors++;
    });
  }

  /**
   * Counts what was measured elsewhere.
   *
   * @throws PerfConfigError when it is no number of at least 0.
   */
  record(operation: string, ms: number): void {
    if (!(ms >= 0 && ms < Infinity))
      throw new PerfConfigError('PerformanceMonitor.record.ms', ms, 'a number of milliseconds, at least 0');
    this.#find(operation).values.add(ms);
  }

  /** `undefined` before the operation has ended well for the first time. */
  getStats(operation: string): OperationStats | undefined {
    const found = this.#operations.get(operation);
    const stats = found?.values.stats();
    return found && stats && { ...stats, errors: found.errors };
  }

  /** All that have figures, `'(other)'` included. */
  operations(): string[] {
    return [...this.#operations.keys()];
  }

  /** Forgets everything. */
  reset(): void {
    this.#operations.clear();
  }

  #find(operation: string): Operation {
    const known = this.#operations.get(operation);
    if (known) return known;
    const hasRoom = this.#operations.size < this.#maxOperations;
    const name = hasRoom ? operation : OTHER;
    const found = this.#operations.get(name) ?? { values: new Sketch(), errors: 0 };
    this.#operations.set(name, found);
    return found;
  }
}
