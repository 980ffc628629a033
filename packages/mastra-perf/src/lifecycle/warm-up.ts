import type { Clock } from '../base/clock.ts';

/** One thing that the first call would have to wait for. */
export interface WarmUpPart {
  /** Unlike that of any other part; the report shows it. */
  readonly name: string;
  /** The same work under the same name may be another one the next time: it is done again when this differs. @default '' */
  readonly variant?: string;
  /**
   * Does it, and may tell what came of it in a few words. With {@link SkippedPart} it tells why there was nothing to do. The signal ends with
   * the time of the warm-up.
   */
  readonly run: (signal: AbortSignal) => PromiseLike<string | SkippedPart | void>;
}

/** There was nothing to do, and why; asked again by the next warm-up. */
export interface SkippedPart {
  readonly skipped: string;
}

export interface WarmUpPartReport {
  readonly name: string;
  /** `'late'`: it was not done in time and goes on beside. */
  readonly status: 'done' | 'failed' | 'late' | 'skipped';
  /** How long it took, or until it was given up. */
  readonly ms: number;
  /** What was done, or why nothing was. */
  readonly detail?: string;
  readonly error?: string;
}

export interface WarmUpReport {
  readonly ms: number;
  readonly parts: readonly WarmUpPartReport[];
}

export interface WarmUp {
  /**
   * Does all parts side by side and resolves when they have ended, at the latest after `timeoutMs`. Never rejects. What is done is not done
   * again, what is under way is joined; what failed, or had nothing to do, is tried again.
   */
  run(parts: readonly WarmUpPart[], timeoutMs: number): Promise<WarmUpReport>;
}

/** Work on a part, from its first run on. */
interface Work {
  readonly variant: string;
  readonly ended: Promise<WarmUpPartReport>;
  /** Set as soon as it has ended. */
  report?: WarmUpPartReport;
}

interface Round {
  readonly of: string;
  readonly report: Promise<WarmUpReport>;
  isOver: boolean;
}

export function createWarmUp(clock: Clock): WarmUp {
  const works = new Map<string, Work>();
  let round: Round | undefined;

  const begin = ({ name, variant = '', run }: WarmUpPart, signal: AbortSignal): Work => {
    const begun = clock.monotonic();
    const report = (status: 'done' | 'failed' | 'skipped', more: object): WarmUpPartReport => ({
      name,
      status,
      ms: clock.monotonic() - begun,
      ...more,
    });
    const ended = promised(() => run(signal)).then(
      (result) => {
        if (typeof result === 'object') return report('skipped', { detail: result.skipped });
        return report('done', typeof result === 'string' ? { detail: result } : {});
      },
      (error: unknown) => report('failed', { error: textOf(error) }),
    );
    const work: Work = { variant, ended };
    void ended.then((last) => (work.report = last));
    works.set(name, work);
    return work;
  };

  const isOfUse = (work: Work | undefined, part: WarmUpPart): work is Work =>
    work?.variant === (part.variant ?? '') && (work.report === undefined || work.report.status === 'done');

  const runRound = async (parts: readonly WarmUpPart[], timeoutMs: number): Promise<WarmUpReport> => {
    const begun = clock.monotonic();
    const time = new AbortController();
    const over = Promise.withResolvers<void>();
    const cancel = clock.after(timeoutMs, over.resolve, 'keeps-alive');
    const inTime = async (part: WarmUpPart): Promise<WarmUpPartReport> => {
      const known = works.get(part.name);
      const work = isOfUse(known, part) ? known : begin(part, time.signal);
      const late = over.promise.then(() => undefined);
      const ended = await Promise.race([work.ended, late]);
      return ended ?? { name: part.name, status: 'late', ms: clock.monotonic() - begun };
    };
    const reports = await Promise.all(parts.map(inTime));
    cancel();
    const isLate = reports.some(({ status }) => status === 'late');
    if (isLate) time.abort(new DOMException('The time of the warm-up is over', 'TimeoutError'));
    return { ms: clock.monotonic() - begun, parts: reports };
  };

  return {
    run(parts, timeoutMs) {
      const of = JSON.stringify([timeoutMs, ...parts.map(({ name, variant = '' }) => [name, variant])]);
      if (round?.of === of && !round.isOver) return round.report;
      const next: Round = { of, report: runRound(parts, timeoutMs), isOver: false };
      void next.report.then((report) => {
        // With nothing to be tried again, the report stands for good.
        next.isOver = report.parts.some(({ status }) => status !== 'done');
      });
      round = next;
      return next.report;
    },
  };
}

function promised<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
