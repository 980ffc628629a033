import { createBackoff } from './backoff.ts';
import type { Clock } from './clock.ts';

/** So many failures in a row open it. */
const THRESHOLD = 3;
/**
 * Failures that follow each other sooner than this tell of the same trouble. A call asks several times, and a hundred calls at
 * once do so in step; a connection that was lost is there again by then.
 */
const TOGETHER_MS = 50;
const FIRST_PROBE_MS = 250;
const MAX_PROBE_MS = 5_000;
/** Closed for this long, it starts with the first wait again when it opens. Before, the waits go on from where they were. */
const STABLE_MS = 10_000;

export interface BreakerDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Tells whether it may close. Must settle in bounded time: the next one comes after it. */
  readonly probe: () => Promise<void>;
  /** Told once per change. Must not throw, as `onClose`. */
  readonly onOpen: (cause: unknown) => void;
  readonly onClose: () => void;
}

/**
 * Keeps callers away from what fails. It opens after three failures in a row and closes when a probe in the background
 * succeeds; no caller is ever let through to try.
 */
export interface Breaker {
  isOpen(): boolean;
  /** The place of an operation in the order of beginnings. */
  begin(): number;
  succeeded(): void;
  /**
   * An operation failed that has begun at this place. It says nothing new, and is not counted, when it had begun before
   * the last failure that was, or fails right after it: a hundred operations that fail together are one failure, also if some
   * of them had begun when others had failed already.
   */
  failed(begun: number, cause: unknown): void;
  /** Opens it at once. */
  trip(cause: unknown): void;
  /** How often it has opened. */
  opened(): number;
  /** Ends the probes; it changes no more. */
  stop(): void;
}

export function createBreaker({ clock, random, probe, onOpen, onClose }: BreakerDeps): Breaker {
  const backoff = createBackoff({ firstMs: FIRST_PROBE_MS, maxMs: MAX_PROBE_MS, random });
  let open = false;
  let stopped = false;
  let begun = 0;
  let lastCounted = 0;
  let countedAt = -Infinity;
  let failures = 0;
  let opened = 0;
  let closedAt = -Infinity;
  let cancelProbe = (): void => undefined;

  const probeLater = (): void => {
    cancelProbe = clock.after(backoff.next(), () => void check());
  };

  const check = async (): Promise<void> => {
    try {
      await probe();
    } catch {
      // That it is down was told when it opened, and how the probe failed adds nothing that a caller could act on.
      if (!stopped) probeLater();
      return;
    }
    if (stopped) return;
    open = false;
    closedAt = clock.monotonic();
    onClose();
  };

  const trip = (cause: unknown): void => {
    if (open || stopped) return;
    open = true;
    opened++;
    failures = 0;
    lastCounted = begun;
    if (clock.monotonic() - closedAt >= STABLE_MS) backoff.reset();
    probeLater();
    onOpen(cause);
  };

  return {
    isOpen: () => open,
    begin: () => ++begun,
    succeeded: () => void (failures = 0),
    failed(at, cause) {
      const now = clock.monotonic();
      if (open || at <= lastCounted || now - countedAt < TOGETHER_MS) return;
      lastCounted = begun;
      countedAt = now;
      if (++failures >= THRESHOLD) trip(cause);
    },
    trip,
    opened: () => opened,
    stop() {
      stopped = true;
      cancelProbe();
    },
  };
}
