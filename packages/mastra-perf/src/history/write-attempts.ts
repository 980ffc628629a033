import type { Clock } from '../base/clock.ts';
import type { Part } from './write-batch.ts';
import { forgive, type Lane } from './write-lane.ts';
import type { Lanes } from './write-lanes.ts';
import { createPace } from './write-pace.ts';
import { oncePerTurn } from './write-turn.ts';
import { judge, type Verdict } from './write-verdict.ts';
import { createWaits, type Waits } from './write-waits.ts';

export interface AttemptsDeps<M> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly lanes: Lanes<M>;
  readonly maxWrites: number;
  readonly write: (messages: readonly M[]) => Promise<unknown>;
  readonly isPermanent: (error: unknown) => boolean;
  readonly onRetry: (error: unknown) => void;
  readonly onLost: (part: Part<M>, error: unknown) => void;
  /** These are no longer in the queue. */
  readonly onRemoved: (part: Part<M>) => void;
}

/** The writes, and what their failures mean. */
export interface Attempts<M> {
  readonly waits: Waits<M>;
  /** Begins writes when this turn of the event loop has added what it adds. */
  begin(): void;
  /** How many have failed. */
  failures(): number;
  lastError(): unknown;
  /** Begins no more; what is under way ends unheard. */
  stop(): void;
}

export function createAttempts<M>(deps: AttemptsDeps<M>): Attempts<M> {
  const { clock, lanes } = deps;
  let underWay = 0;
  let successes = 0;
  let failures = 0;
  let lastError: unknown;
  let stopped = false;

  const begin = oncePerTurn(clock, () => writeOn());
  const pace = createPace(clock, deps.random, {
    onDue: begin,
    onBack() {
      // What failed because nothing went says nothing against a thread.
      for (const lane of lanes.all()) if (!lane.blame && !lane.isWriting) forgive(lane);
    },
  });
  const waits = createWaits<M>(pace.begun);
  const isWaitedFor = (lane: Lane<M>): boolean => lane.waits.size > 0;

  const writeOn = (): void => {
    if (stopped) return;
    while (underWay < deps.maxWrites) {
      const isFree = pace.mayBegin();
      if (!isFree && !waits.any()) return;
      const parts = lanes.take(isFree ? () => true : isWaitedFor);
      if (parts.length === 0) return;
      void attempt(parts);
    }
  };

  const attempt = async (parts: ReadonlyArray<Part<M>>): Promise<void> => {
    const place = pace.begin();
    const before = successes;
    underWay++;
    const failure = await failureOf(parts);
    underWay--;
    if (stopped) return;
    if (failure) failed(parts, failure.error, place, before);
    else written(parts);
    writeOn();
  };

  const failureOf = async (
    parts: ReadonlyArray<Part<M>>,
  ): Promise<{ readonly error: unknown } | undefined> => {
    try {
      await deps.write(parts.flatMap(({ items }) => items.map(({ message }) => message)));
      return undefined;
    } catch (error) {
      return { error };
    }
  };

  const written = (parts: ReadonlyArray<Part<M>>): void => {
    successes++;
    for (const part of parts) {
      forgive(part.lane);
      leave(part);
    }
    pace.answered();
  };

  const leave = (part: Part<M>): void => {
    lanes.remove(part);
    lanes.giveBack(part.lane);
    deps.onRemoved(part);
    waits.advanced(part.lane);
  };

  const failed = (parts: ReadonlyArray<Part<M>>, error: unknown, place: number, before: number): void => {
    failures++;
    lastError = error;
    const isPermanent = deps.isPermanent(error);
    if (isPermanent) pace.answered();
    else pace.failed(place);
    const [part] = parts;
    if (parts.length > 1) {
      // Which of the threads it was shows when each is tried by itself.
      for (const { lane } of parts) {
        lane.isAlone = true;
        lanes.giveBack(lane);
      }
    } else if (part) {
      const facts = { isPermanent, successes, successesBefore: before, now: clock.monotonic() };
      failedAlone(part, error, place, judge(part, facts));
    }
    if (pace.isAway()) waits.away(place, error);
    deps.onRetry(error);
  };

  const failedAlone = (part: Part<M>, error: unknown, place: number, verdict: Verdict): void => {
    const { lane } = part;
    if (verdict === 'lost') {
      deps.onLost(part, error);
      return leave(part);
    }
    if (verdict === 'again') return lanes.giveBack(lane);
    waits.failed(lane, place, error);
    if (isWaitedFor(lane) || pace.isAway()) lanes.giveBack(lane);
    else lanes.rest(lane, lane.backoff.next(), begin);
  };

  return {
    waits,
    begin,
    failures: () => failures,
    lastError: () => lastError,
    stop() {
      stopped = true;
      pace.stop();
    },
  };
}
