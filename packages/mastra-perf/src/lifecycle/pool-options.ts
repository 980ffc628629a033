import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, options, positiveInteger } from '../base/schema.ts';

export interface AgentPoolOptions<A> {
  /** Makes one more. Called at most `max` times at once. */
  readonly create: () => A | PromiseLike<A>;
  /**
   * How many there are at most, those being made included.
   * @default 10
   */
  readonly max?: number;
  /**
   * How many `warm()` makes.
   * @default 0
   */
  readonly min?: number;
  /**
   * Callers that may wait; more are refused at once.
   * @default 1000
   */
  readonly maxQueue?: number;
  /**
   * How long a caller waits that does not say so itself; the clock starts with `acquire()`. Also how long it may take to make or to
   * check one: what takes longer has failed, and is disposed of if it is made after all.
   * @default '30s'
   */
  readonly timeout?: Duration;
  /**
   * One is given up after so many leases.
   * @default no limit
   */
  readonly maxUses?: number;
  /**
   * One is given up when it is released, or asked for, at this age.
   * @default no limit
   */
  readonly maxAge?: Duration;
  /** Asked before each lease, except of a new one; `false`, or an error, gives it up. @default all are good */
  readonly validate?: (agent: A) => boolean | PromiseLike<boolean>;
  /** How one is disposed of. @default `Symbol.asyncDispose`, `Symbol.dispose`, `cleanup()` or `close()`, the first that it has */
  readonly dispose?: (agent: A) => unknown;
  /** Told of a lease that nobody can release any more, with where it was taken. @default a process warning */
  readonly onLeak?: (leak: PoolLeak) => void;
  /** Told of what could not be made, checked or disposed of. @default a process warning for disposals */
  readonly onError?: (error: unknown) => void;
}

export interface PoolLeak {
  /** The stack of the `acquire()`. */
  readonly takenAt: string;
  readonly heldMs: number;
}

export interface AcquireOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. @default `timeout` of the pool */
  readonly timeoutMs?: number;
}

const callback = () =>
  z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', { error: 'a function' });

const count = () =>
  z.custom<number>((value) => Number.isSafeInteger(value) && (value as number) >= 0, {
    error: 'a whole number from 0',
  });

export const poolSchema = options(() => ({
  create: callback(),
  max: z.optional(positiveInteger(100_000)),
  min: z.optional(count()),
  maxQueue: z.optional(count()),
  timeout: z.optional(duration()),
  maxUses: z.optional(positiveInteger(Number.MAX_SAFE_INTEGER)),
  maxAge: z.optional(duration()),
  validate: z.optional(callback()),
  dispose: z.optional(callback()),
  onLeak: z.optional(callback()),
  onError: z.optional(callback()),
}));

export const POOL_DEFAULTS = { max: 10, min: 0, maxQueue: 1000, timeout: 30_000 } as const;
