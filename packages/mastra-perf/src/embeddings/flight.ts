import type { AskEmbedder, EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import type { Embedded } from './vector.ts';

/** Somebody who waits for texts. */
export interface Waiter {
  readonly call: EmbedCall;
  readonly ask: AskEmbedder;
  /** How old a vector may be for him. */
  readonly ttlMs: number;
}

/** A request to the model under way. */
export interface Upstream {
  readonly flights: readonly Flight[];
  /** Who waited for all of them when it was sent. */
  readonly waiters: ReadonlySet<Waiter>;
  readonly controller: AbortController;
}

/** A vector that has come. */
export interface Landed {
  readonly embedded: Embedded;
  /** Absent of what the store had. */
  readonly answer?: {
    readonly reply: EmbedReply;
    readonly upstream: Upstream;
    /** Whether the provider told what it has cost. */
    readonly isCounted: boolean;
    /** Whose usage this text is in. */
    readonly payer: Waiter | undefined;
  };
}

export interface Failed {
  readonly error: unknown;
  /** It is certain that this text is the reason. */
  readonly isOwn: boolean;
  /** Those who certainly have the text that is the reason; others who wait may try again. Absent where it concerns everybody. */
  readonly blamed?: ReadonlySet<Waiter>;
}

/** `left`: nobody waits for it any more. */
export type Outcome = { readonly landed: Landed } | { readonly failed: Failed } | 'left';

/** A text on its way to its vector, and all who wait for it. */
export interface Flight {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
  readonly waiters: Set<Waiter>;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
  /** Out of the queue: it will be asked for, or is. */
  isTaken: boolean;
  upstream?: Upstream;
}

export function createFlight(key: string, text: string): Flight {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  return {
    key,
    text,
    bytes: Buffer.byteLength(text),
    waiters: new Set(),
    outcome: promise,
    settle: resolve,
    isTaken: false,
  };
}
