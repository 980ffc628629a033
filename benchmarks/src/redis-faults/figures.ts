import type { Sample } from './traffic.ts';

/** After this long without an answer a caller has given up. */
export const PATIENCE_MS = 5000;
/** Calls that have waited for so long at the end of a fault are told as pending. */
const PENDING_MS = 1000;

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface FaultFigures {
  readonly calls: number;
  readonly failed: number;
  readonly wrong: number;
  /** Waiting for more than a second when the fault ended. */
  readonly pending: number;
  /** What the store adds to the 99th percentile, in the first second of the fault and after it, in ms. */
  readonly addedAtFirst: number;
  readonly addedLater: number;
  /** Share of the repeated questions that the store answered before the fault. */
  readonly hitsBefore: number;
  /** From the end of the fault to the first answer from the store to what was asked after that end; ms. */
  readonly recoveredMs: number | undefined;
  /** How late the traffic itself was at most. */
  readonly lateMs: number;
}

export interface Phases {
  /** Before the fault. */
  readonly steady: Span;
  readonly fault: Span;
  /** From when on Redis could work again. */
  readonly overAt: number;
}

/** What was seen of one system. */
export function figuresOf(samples: readonly Sample[], { steady, fault, overAt }: Phases): FaultFigures {
  const within = ({ from, to }: Span): Sample[] => samples.filter(({ at }) => at >= from && at < to);
  const during = within(fault);
  const calls = during.filter(({ withStore }) => withStore);
  const firstSecond = { from: fault.from, to: fault.from + 1000 };
  const repeated = within(steady).filter((one) => one.withStore && one.askedBeforeAt !== undefined);
  return {
    calls: calls.length,
    failed: calls.filter(isFailed).length,
    wrong: calls.filter(({ outcome }) => outcome === 'wrong').length,
    pending: calls.filter(
      ({ at, tookMs = Number.POSITIVE_INFINITY }) => at + tookMs > fault.to && at < fault.to - PENDING_MS,
    ).length,
    addedAtFirst: addedIn(within(firstSecond)),
    addedLater: addedIn(within({ from: firstSecond.to, to: fault.to })),
    hitsBefore: repeated.filter(({ hit }) => hit).length / Math.max(1, repeated.length),
    recoveredMs: recoveryOf(samples, overAt),
    lateMs: Math.max(0, ...during.map(({ lateMs }) => lateMs)),
  };
}

const isFailed = ({ outcome, tookMs }: Sample): boolean =>
  outcome === 'failed' || tookMs === undefined || tookMs > PATIENCE_MS;

const waited = (sample: Sample): number => (isFailed(sample) ? PATIENCE_MS : (sample.tookMs ?? PATIENCE_MS));

function addedIn(samples: readonly Sample[]): number {
  const p99 = (withStore: boolean): number =>
    percentile(samples.filter((one) => one.withStore === withStore).map(waited), 0.99);
  return p99(true) - p99(false);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

function recoveryOf(samples: readonly Sample[], end: number): number | undefined {
  const hit = samples.find((one) => one.withStore && one.hit && (one.askedBeforeAt ?? 0) > end);
  return hit && hit.at + (hit.tookMs ?? 0) - end;
}
