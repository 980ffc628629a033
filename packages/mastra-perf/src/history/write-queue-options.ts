import type { Clock } from '../base/clock.ts';

export interface WriteQueueOptions<M> {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /**
   * Writes messages, of each thread in order. What it rejects is written again, so the same message must be writable twice;
   * when it rejects, nothing of it may take effect later.
   */
  readonly write: (messages: readonly M[]) => Promise<unknown>;
  /** Whether a write may hold messages of several threads. @default false */
  readonly joins?: boolean;
  /** Writes under way at once, of different threads. @default 4 */
  readonly maxWrites?: number;
  /** Memory that a message holds. @default an estimate */
  readonly bytesOf?: (message: M) => number;
  /** @default 10_000 */
  readonly maxMessages?: number;
  /** @default 64 MB */
  readonly maxBytes?: number;
  /** Whether the store will never write this, however often it is tried, because of what is written. Must not throw. */
  readonly isPermanent?: (error: unknown) => boolean;
  /** Told of every write that failed. Must not throw. */
  readonly onRetry?: (error: unknown) => void;
  /** Told of messages that are given up. Must not throw. */
  readonly onLost: (event: LostMessages) => void;
}

export interface LostMessages {
  readonly threadId: string;
  readonly ids: readonly string[];
  readonly error: unknown;
}
