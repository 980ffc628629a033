import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, oneOf, options, positiveInteger } from '../base/schema.ts';

/** Who goes first where calls wait: of eight turns, seven go by priority and one to whoever waits longest. */
export type Priority = 'high' | 'normal' | 'low';

/** What one agent may have under way, and how its calls wait. */
export interface AgentLimitOptions {
  /**
   * Model calls of one agent that may be under way in this process at the same time, each until its last part.
   * @default no limit
   */
  readonly concurrency?: number;
  /**
   * Calls of one agent that may wait for their turn in this process; more are refused at once.
   * @default 10_000
   */
  readonly maxQueue?: number;
  /**
   * How long a call may wait for its turns, all of them together. One that certainly would have to wait longer is refused at
   * once, with a `RateLimitedError`.
   * @default '1m'
   */
  readonly maxWait?: Duration;
  /**
   * Whose calls go first where they wait. `perf.context({ priority })` sets it for one run.
   * @default 'normal'
   */
  readonly priority?: Priority;
}

/** What a provider allows, as its page of limits says. At least one of the two amounts. */
export interface ModelLimits {
  /** Requests to the model, whoever makes them. */
  readonly requestsPerMinute?: number;
  /** Input and output together. */
  readonly tokensPerMinute?: number;
  /**
   * How much time the provider looks at. Some look at less than a minute: with 600 requests per minute and `'1s'`, no more than
   * 10 begin within any second.
   * @default '1m'
   */
  readonly window?: Duration;
}

/** Limits of agents and models: calls above them wait. */
export interface LimitOptions extends AgentLimitOptions {
  /**
   * What providers allow. A key is a provider (`'openai'`, the part before the first dot of its name) or `'provider/model'`, in any
   * case; where both are there, both hold. All processes that share a store keep them together.
   * @example { openai: { requestsPerMinute: 5000 }, 'openai/gpt-5-mini': { tokensPerMinute: 2_000_000 } }
   * @default none
   */
  readonly models?: Readonly<Record<string, ModelLimits>>;
}

export interface AgentLimitSettings {
  readonly concurrency?: number;
  readonly maxQueue?: number;
  readonly maxWait?: number;
  readonly priority?: Priority;
}

export interface ModelLimitSettings {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly window?: number;
}

export interface LimitSettings extends AgentLimitSettings {
  readonly models?: Readonly<Record<string, ModelLimitSettings>>;
}

export const LIMIT_DEFAULTS = {
  maxQueue: 10_000,
  maxWait: 60_000,
  priority: 'normal',
} as const satisfies LimitSettings;

export const MINUTE_MS = 60_000;

const prioritySchema = () => oneOf('high', 'normal', 'low');

const agentShape = () => ({
  concurrency: z.optional(positiveInteger(100_000)),
  maxQueue: z.optional(positiveInteger(1_000_000)),
  maxWait: z.optional(duration('1h')),
  priority: z.optional(prioritySchema()),
});

const modelLimits = options(() => ({
  requestsPerMinute: z.optional(positiveInteger(100_000_000)),
  tokensPerMinute: z.optional(positiveInteger(1_000_000_000_000)),
  window: z.optional(duration('1m')),
})).check(
  z.refine((limits) => limits.requestsPerMinute !== undefined || limits.tokensPerMinute !== undefined, {
    error: 'requestsPerMinute or tokensPerMinute, or both',
  }),
);

export const agentLimitSchema = options(agentShape);

export const limitSchema = options(() => ({
  ...agentShape(),
  models: z.optional(
    z.record(z.string().check(z.refine((key) => key.trim() !== '')), modelLimits, {
      error: "an object with providers or 'provider/model' as keys and limits as values",
    }),
  ),
}));
