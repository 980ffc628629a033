/** An answer as it is kept: its parts as one JSON text, which costs the garbage collector nothing while it lies there. */
export interface Answer {
  readonly text: string;
  /** What it can be invalidated by. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch when it was complete. */
  readonly storedAt: number;
  /** Milliseconds from then on for which it is fresh. */
  readonly freshMs: number;
  /** Milliseconds that the model took. */
  readonly tookMs: number;
}

/** How old an answer may be for a call. */
export interface Freshness {
  /** An answer is fresh for the shorter of this and its own time. */
  readonly ttlMs: number;
  /** Milliseconds beyond that for which it may be given while a new one is fetched. */
  readonly revalidateMs: number;
  /** Milliseconds beyond that for which it may be given when the model fails. */
  readonly errorMs: number;
}

export interface Age {
  readonly ageMs: number;
  readonly fresh: boolean;
  /** Stale, but good enough until a new one is there. */
  readonly whileRevalidating: boolean;
  /** Stale, but better than an error. */
  readonly onError: boolean;
  /** Milliseconds until it is stale; negative when it is. */
  readonly leftMs: number;
}

export function ageOf(answer: Answer, now: number, { ttlMs, revalidateMs, errorMs }: Freshness): Age {
  const ageMs = Math.max(0, now - answer.storedAt); // the clock of the process that stored it may be ahead
  const leftMs = Math.min(ttlMs, answer.freshMs) - ageMs;
  const fresh = leftMs >= 0;
  return {
    ageMs,
    fresh,
    whileRevalidating: !fresh && -leftMs <= revalidateMs,
    onError: !fresh && -leftMs <= errorMs,
    leftMs,
  };
}

/** What an object, its key and its place in the tier cost beside the text; V8 figures rounded up. */
const OVERHEAD = 400;

/** Memory that an answer takes, estimated from above. */
export function bytesOf({ text, names }: Answer): number {
  const width = NOT_ASCII.test(text) ? 2 : 1;
  return OVERHEAD + text.length * width + names.reduce((sum, name) => sum + name.length + 16, 0);
}

// oxlint-disable-next-line no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;
