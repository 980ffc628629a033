import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, flag, options, positiveInteger } from '../base/schema.ts';
import type { BatchSchema } from './item-schema.ts';

/** A message as `keyBy` sees it. */
export interface KeyedMessage {
  readonly threadId: string;
  /** As given to `process()`; else the thread. */
  readonly resource: string;
  readonly message: string;
}

/** A batch, before its call. */
export interface BatchScope {
  readonly key: string;
  /** Absent when its messages are of several threads. */
  readonly threadId?: string;
  /** Absent when its messages are of several resources. */
  readonly resource?: string;
}

export interface MessageBatcherOptions<T = string> {
  /**
   * Messages in one call at most.
   * @default 10
   */
  readonly maxSize?: number;
  /**
   * How long a message waits for others. The clock starts with the first message of a batch.
   * @default 1000
   */
  readonly maxWaitMs?: Duration;
  /**
   * Tokens of all messages in one call at most, as `countTokens` counts them; the message that does not fit begins a new batch. One
   * that is longer by itself goes alone.
   * @default 32_000
   */
  readonly maxTokens?: number;
  /**
   * Tokens of a message. Asked at once, so it has to be quick.
   * @default a token per byte of its JSON, which is never too few (English has 4.5 bytes to a token)
   */
  readonly countTokens?: (text: string) => number;
  /**
   * Messages of the same key may be in one prompt, others never. `'thread'`: those of one thread and resource. `'resource'`: those of one
   * resource; without one, of one thread. A function returns a key of your own, such as the tenant: what has that key may be seen by the
   * same model call.
   * @default 'thread'
   */
  readonly keyBy?: 'thread' | 'resource' | ((message: KeyedMessage) => string);
  /**
   * What the response to each message is.
   * @default a text
   */
  readonly schema?: BatchSchema<T>;
  /**
   * How long a caller waits for its answer. The clock starts with `process()`.
   * @default '60s'
   */
  readonly timeout?: Duration;
  /**
   * Calls of the agent at the same time.
   * @default 10
   */
  readonly maxParallel?: number;
  /**
   * Messages that may be without an answer at a time; more are refused.
   * @default 10_000
   */
  readonly maxQueue?: number;
  /**
   * Reads the thread for the prompt of a batch that is of one thread, and stores each message in its thread. Only if the agent has a memory.
   * @default true
   */
  readonly memory?: boolean;
  /** The request context of a call, such as `({ key }) => perf.context({ user: key })`. A new one for each call. */
  readonly requestContext?: (batch: BatchScope) => object | undefined;
  /**
   * More options for `agent.generate()`, such as `modelSettings`, or `structuredOutput: { jsonPromptInjection: 'auto' }`. What the batcher sets
   * by itself wins.
   */
  readonly generateOptions?: Readonly<Record<string, unknown>>;
  /** Told of exchanges that could not be stored; their callers have their answers all the same. @default a process warning */
  readonly onError?: (error: unknown, of: { readonly threadId: string }) => void;
}

export interface ProcessOptions {
  /** Whose message it is. @default the thread */
  readonly resource?: string;
  /** Its caller leaves; others in the same batch do not notice. */
  readonly signal?: AbortSignal;
}

const aFunction = () =>
  z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', { error: 'a function' });

export const batcherSchema = options(() => ({
  maxSize: z.optional(positiveInteger(1000)),
  maxWaitMs: z.optional(duration()),
  maxTokens: z.optional(positiveInteger(10_000_000)),
  countTokens: z.optional(aFunction()),
  keyBy: z.optional(
    z.custom<'thread'>((value) => value === 'thread' || value === 'resource' || typeof value === 'function', {
      error: "'thread', 'resource' or a function that returns a key",
    }),
  ),
  schema: z.optional(z.unknown()),
  timeout: z.optional(duration()),
  maxParallel: z.optional(positiveInteger(1000)),
  maxQueue: z.optional(positiveInteger(10_000_000)),
  memory: z.optional(flag()),
  requestContext: z.optional(aFunction()),
  generateOptions: z.optional(
    z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      error: 'an object of options of agent.generate()',
    }),
  ),
  onError: z.optional(aFunction()),
}));

export const BATCHER_DEFAULTS = {
  maxSize: 10,
  maxWaitMs: 1000,
  maxTokens: 32_000,
  keyBy: 'thread',
  timeout: 60_000,
  maxParallel: 10,
  maxQueue: 10_000,
  memory: true,
} as const;

/** With defaults, and durations in milliseconds. */
export type BatcherSettings<T> = Omit<MessageBatcherOptions<T>, keyof typeof BATCHER_DEFAULTS> & {
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly maxTokens: number;
  readonly keyBy: NonNullable<MessageBatcherOptions<T>['keyBy']>;
  readonly timeout: number;
  readonly maxParallel: number;
  readonly maxQueue: number;
  readonly memory: boolean;
};
