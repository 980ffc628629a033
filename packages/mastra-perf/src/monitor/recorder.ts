import type { Clock } from '../base/clock.ts';
import type { EndStatus } from '../pipeline/observe.ts';
import { seriesIndex } from './series-index.ts';
import { bucketOf, Sketch } from './sketch.ts';

/** What a measurement is of. */
export interface Labels {
  readonly operation: string;
  /** The outcome of a call, the tier, the operation of a store; `''` where there is only one. */
  readonly name: string;
  /** `''` of what is of no agent. */
  readonly agent: string;
  readonly model: string;
}

/** What was measured in some time. Values are of what ended well. */
export interface Cell {
  count: number;
  errors: number;
  aborted: number;
  readonly values: Sketch;
}

export type Step = 'minute' | 'hour';

/** Begins are whole minutes or hours since the epoch, so that those of all processes are the same. */
export const STEP_MS: Readonly<Record<Step, number>> = { minute: 60_000, hour: 3_600_000 };
export const KEPT: Readonly<Record<Step, number>> = { minute: 60, hour: 24 };

export interface Recorder {
  /** Values that are no number of at least 0 are left out. */
  record(
    operation: string,
    name: string,
    agent: string,
    model: string,
    value: number,
    status?: EndStatus,
  ): void;
  /** What was measured since the process began. */
  totals(see: (labels: Labels, cell: Cell) => void): void;
  /** What was measured in one minute or hour. */
  window(step: Step, start: number, see: (labels: Labels, cell: Cell) => void): void;
  /** Measurements that have no place of their own. */
  overflowed(): number;
  /** In memory, about. */
  bytes(): number;
}

export interface RecorderDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** Label sets with a place of their own; what comes then goes to the agent and model `'(other)'`. */
  readonly maxSeries?: number;
  /** Beyond this, the oldest minutes go, and then the oldest hours. */
  readonly maxBytes?: number;
}

interface Series {
  readonly labels: Labels;
  readonly total: Cell;
  readonly minute: Place;
  readonly hour: Place;
}

/** The window that was counted in last. */
interface Place {
  start: number;
  end: number;
  cell: Cell | undefined;
}

/** As many as OpenTelemetry takes for one metric. */
const MAX_SERIES = 2000;
const MAX_BYTES = 32 * 1024 ** 2;
/** A cell, its sketch and its place in a window. */
const CELL_BYTES = 270;

const createCell = (): Cell => ({ count: 0, errors: 0, aborted: 0, values: new Sketch() });
const sizeOf = (cell: Cell): number => CELL_BYTES + cell.values.bytes;

/**
 * Counts per label set: since the process began, by minute for an hour and by hour for a day. A measurement is added to all three at
 * once, so that nothing has to be moved from one to another.
 */
export function createRecorder({
  clock,
  maxSeries = MAX_SERIES,
  maxBytes = MAX_BYTES,
}: RecorderDeps): Recorder {
  const windows = {
    minute: new Map<number, Map<Series, Cell>>(),
    hour: new Map<number, Map<Series, Cell>>(),
  };
  let bytes = 0;

  const index = seriesIndex<Series>(maxSeries, (labels) => {
    const total = createCell();
    bytes += sizeOf(total);
    const none = { start: 0, end: 0, cell: undefined };
    return { labels, total, minute: { ...none }, hour: { ...none } };
  });

  const drop = (step: Step, start: number): void => {
    for (const cell of windows[step].get(start)?.values() ?? []) bytes -= sizeOf(cell);
    windows[step].delete(start);
  };
  const dropOld = (step: Step, now: number): void => {
    for (const start of [...windows[step].keys()])
      if (start <= now - (KEPT[step] + 1) * STEP_MS[step]) drop(step, start);
  };
  const dropMuch = (): void => {
    for (const step of ['minute', 'hour'] as const) {
      // All but the one that is counted in now.
      const starts = [...windows[step].keys()].toSorted((a, b) => a - b).slice(0, -1);
      for (const start of starts) if (bytes > maxBytes) drop(step, start);
    }
  };

  const cellOf = (series: Series, step: Step, now: number): Cell => {
    const place = series[step];
    // Without a division, which would cost more than to count.
    if (place.cell && now >= place.start && now < place.end) return place.cell;
    const start = now - (now % STEP_MS[step]);
    let window = windows[step].get(start);
    if (!window) {
      dropOld(step, now);
      windows[step].set(start, (window = new Map()));
    }
    let cell = window.get(series);
    if (!cell) {
      window.set(series, (cell = createCell()));
      bytes += sizeOf(cell);
    }
    place.start = start;
    place.end = start + STEP_MS[step];
    place.cell = cell;
    return cell;
  };

  const count = (cell: Cell, value: number, bucket: number, status: EndStatus): void => {
    cell.count++;
    if (status === 'ok') bytes += cell.values.add(value, bucket);
    else if (status === 'error') cell.errors++;
    else cell.aborted++;
  };

  return {
    record(operation, name, agent, model, value, status = 'ok') {
      if (!(value >= 0 && value < Infinity)) return;
      const series = index.find(operation, name, agent, model);
      const now = clock.now();
      const bucket = bucketOf(value);
      count(series.total, value, bucket, status);
      count(cellOf(series, 'minute', now), value, bucket, status);
      count(cellOf(series, 'hour', now), value, bucket, status);
      if (bytes > maxBytes) dropMuch();
    },
    totals(see) {
      for (const { labels, total } of index.all()) see(labels, total);
    },
    window(step, start, see) {
      for (const [{ labels }, cell] of windows[step].get(start) ?? []) see(labels, cell);
    },
    overflowed: index.overflowed,
    bytes: () => bytes,
  };
}
