import type { Clock } from 'mastra-perf';
import type { Database } from './database.ts';
import type { Statement } from './statement.ts';

/** Takes away what has expired, in small parts and behind the scenes. Whatever it fails at is left to the next time. */
export interface SweepWhenWritten {
  /** So many rows were written. Twice as many are looked for, so the tables cannot grow faster than they are swept. */
  wrote(rows: number): void;
  stop(): void;
}

export interface SweepDeps {
  readonly database: Pick<Database, 'ask'>;
  readonly after: Clock['after'];
}

/** Rows written before the next sweep, and how long after the first of them it comes at the latest. */
const SWEEP_AFTER_ROWS = 500;
const SWEEP_AFTER_MS = 60_000;
export const SWEEP_BATCH = 1000;

/** Of the statements, those that tell how many rows they have `swept` run until there is nothing left to sweep. */
export function sweepWhenWritten(
  { database, after }: SweepDeps,
  statements: readonly Statement[],
): SweepWhenWritten {
  let pending = 0;
  let cancel: (() => void) | undefined;
  let sweeping = false;
  let stopped = false;
  const goesOn = (): boolean => !stopped;

  /** Until there is nothing left, or as much as is due was taken away. */
  const sweep = async (): Promise<void> => {
    const all = 2 * Math.max(pending, SWEEP_AFTER_ROWS);
    pending = 0;
    for (const statement of statements) {
      let due = all;
      while (due > 0 && goesOn()) {
        const [row] = await database.ask(statement, [Math.min(due, SWEEP_BATCH)]);
        due = Number(row?.['swept'] ?? 0) < SWEEP_BATCH ? 0 : due - SWEEP_BATCH;
      }
    }
  };
  const begin = (): void => {
    cancel?.();
    cancel = undefined;
    if (sweeping || stopped) return;
    sweeping = true;
    sweep()
      .catch(() => undefined) // what is left expires all the same, and is taken away the next time
      .finally(() => {
        sweeping = false;
      });
  };

  return {
    wrote(rows) {
      pending += rows;
      if (pending >= SWEEP_AFTER_ROWS) begin();
      else if (!stopped) cancel ??= after(SWEEP_AFTER_MS, begin);
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
