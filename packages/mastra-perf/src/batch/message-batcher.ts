import { systemClock, type Clock } from '../base/clock.ts';
import { parseOptions } from '../base/parse-options.ts';
import { PerfConfigError, PerfError } from '../errors.ts';
import type { TokenUsage } from '../pipeline/usage.ts';
import type { BatchAgentLike } from './batch-agent.ts';
import { BatchError } from './batch-error.ts';
import { randomId } from './batch-ids.ts';
import { batchItem, type BatchAnswer, type BatchItem } from './batch-item.ts';
import { createLanes, type Lanes } from './batch-lanes.ts';
import { createBatchSlots } from './batch-slots.ts';
import { NO_USAGE, plusUsage } from './batch-usage.ts';
import { createExchangeClock } from './exchange-times.ts';
import { framedText } from './frame.ts';
import { itemSchema } from './item-schema.ts';
import {
  BATCHER_DEFAULTS,
  batcherSchema,
  type BatcherSettings,
  type MessageBatcherOptions,
  type ProcessOptions,
} from './options.ts';
import { runBatch, type RunDeps } from './run-batch.ts';
import { createThreadOrder } from './thread-order.ts';

export interface BatcherStats {
  /** Messages that have come. */
  readonly messages: number;
  readonly answered: number;
  readonly failed: number;
  /** Their callers have left. */
  readonly left: number;
  /** Without an answer at this moment, and those of them that have not been sent. */
  readonly open: number;
  readonly waiting: number;
  /** Calls of the agent. */
  readonly calls: number;
  /** Messages that were asked for once more, alone. */
  readonly retried: number;
  /** Of all calls that told theirs, also for callers who have left. */
  readonly usage: TokenUsage;
}

/** Where randomness and time come from; both have defaults. */
export interface BatcherSources {
  readonly clock?: Clock;
  /** Ids of items in a prompt: nobody may be able to guess them. */
  readonly itemId?: () => string;
  /** Ids of messages. */
  readonly messageId?: () => string;
}

/**
 * Many small messages in one call of an agent.
 *
 * @example
 * const batcher = new MessageBatcher(mastra.getAgent('support'), { keyBy: 'resource' });
 * const { response } = await batcher.process('thread-1', 'Where is my order?', { resource: 'user-1' });
 */
export class MessageBatcher<T = string> {
  readonly #settings: BatcherSettings<T>;
  readonly #deps: RunDeps<T>;
  readonly #clock: Clock;
  readonly #messageId: () => string;
  readonly #lanes: Lanes<BatchItem<T>>;
  readonly #open = new Set<BatchItem<T>>();
  readonly #running = new Set<Promise<void>>();
  readonly #counts = { messages: 0, answered: 0, failed: 0, left: 0, calls: 0, retried: 0 };
  #usage = NO_USAGE;
  #isClosed = false;

  /** @throws PerfConfigError */
  constructor(
    agent: BatchAgentLike,
    options: MessageBatcherOptions<T> = {},
    { clock = systemClock, itemId = randomId, messageId = randomMessageId }: BatcherSources = {},
  ) {
    if (!isAgent(agent))
      throw new PerfConfigError(
        'MessageBatcher.agent',
        agent,
        'an agent of Mastra, with a method generate()',
      );
    const parsed = parseOptions(batcherSchema, options, 'MessageBatcher') as Partial<BatcherSettings<T>>;
    const settings = { ...BATCHER_DEFAULTS, ...parsed };
    this.#settings = settings;
    this.#clock = clock;
    this.#messageId = messageId;
    this.#deps = {
      agent,
      schema: itemSchema(settings.schema),
      clock,
      makeId: itemId,
      makeMessageId: messageId,
      generateOptions: settings.generateOptions,
      requestContext: settings.requestContext,
      usesMemory: settings.memory,
      slots: createBatchSlots(settings.maxParallel),
      order: createThreadOrder(),
      times: createExchangeClock(clock.now, settings.timeout),
      storeMs: settings.timeout,
      onCall: () => this.#counts.calls++,
      onRetry: (items) => (this.#counts.retried += items),
      onUsage: (usage) => (this.#usage = plusUsage(this.#usage, usage)),
      onStoreError: (error, threadId) => tellOf(error, threadId, settings.onError),
    };
    this.#lanes = createLanes({ ...settings, clock, send: (batch) => this.#run(batch) });
  }

  /**
   * The answer to one message, once it is stored. Messages of the same key are answered together.
   *
   * @throws PerfConfigError for an empty message, thread or resource, or a key that is no text
   * @throws BatchError `MASTRA_PERF_BATCH` when there is no answer to it; `reason` says why
   * @throws PerfError `MASTRA_PERF_CLOSED`; the reason of the signal
   */
  async process(threadId: string, message: string, options: ProcessOptions = {}): Promise<BatchAnswer<T>> {
    if (this.#isClosed)
      throw new PerfError('MASTRA_PERF_CLOSED', 'this MessageBatcher is closed: make a new one');
    const { signal } = options;
    signal?.throwIfAborted();
    const item = this.#item(threadId, message, options);
    const { timeout } = this.#settings;
    const cancel = this.#clock.after(timeout, () => late(item, timeout), 'keeps-alive');
    const leave = (): void => item.leave(signal?.reason);
    signal?.addEventListener('abort', leave);
    try {
      this.#lanes.add(item);
      return await item.answer;
    } finally {
      cancel();
      signal?.removeEventListener('abort', leave);
    }
  }

  /** Sends what waits now, and resolves when all messages that have come until now are settled. Never rejects. */
  async flush(): Promise<void> {
    this.#lanes.flush();
    await Promise.all(this.#running);
  }

  /** Takes no more messages, sends what waits, and resolves when all are settled. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): BatcherStats {
    return { ...this.#counts, open: this.#open.size, waiting: this.#lanes.waiting, usage: this.#usage };
  }

  #item(threadId: string, message: string, options: ProcessOptions): BatchItem<T> {
    checkText('process.threadId', threadId);
    checkText('process.message', message);
    const { resource = threadId } = options;
    checkText('process.options.resource', resource);
    const framed = framedText(message);
    const item: BatchItem<T> = batchItem(
      {
        messageId: this.#messageId(),
        threadId,
        resource,
        message,
        framed,
        key: this.#keyOf(threadId, message, options),
        tokens: this.#tokensOf(message, framed),
        arrivedAt: this.#clock.now(),
      },
      (how) => {
        this.#open.delete(item);
        this.#lanes.remove(item);
        this.#counts[how]++;
      },
    );
    this.#counts.messages++;
    const { maxQueue } = this.#settings;
    if (this.#open.size >= maxQueue) {
      this.#counts.failed++;
      const problem = `${maxQueue} messages are without an answer already: raise maxQueue, or come later`;
      throw new BatchError('full', { ...item, usage: NO_USAGE }, problem);
    }
    this.#open.add(item);
    return item;
  }

  #keyOf(threadId: string, message: string, { resource }: ProcessOptions): string {
    const { keyBy } = this.#settings;
    if (keyBy === 'thread') return JSON.stringify([threadId, resource ?? null]);
    if (keyBy === 'resource') return JSON.stringify(resource === undefined ? { threadId } : { resource });
    const key: unknown = keyBy({ threadId, resource: resource ?? threadId, message });
    checkText('MessageBatcher.keyBy()', key);
    return key;
  }

  #tokensOf(message: string, framed: string): number {
    const { countTokens } = this.#settings;
    if (!countTokens) return Buffer.byteLength(framed);
    const tokens: unknown = countTokens(message);
    if (typeof tokens !== 'number' || !(tokens >= 0))
      throw new PerfConfigError('MessageBatcher.countTokens()', tokens, 'a number from 0');
    return tokens;
  }

  #run(batch: readonly BatchItem<T>[]): void {
    const running = runBatch(batch, this.#deps).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}

const randomMessageId = (): string => globalThis.crypto.randomUUID();

/** Whoever has an answer gets it, also if it is not stored yet. */
function late<T>(item: BatchItem<T>, timeout: number): void {
  if (item.isAnswered) item.tell();
  else item.fail('timeout', `no answer within ${timeout} ms: raise timeout, or lower maxWaitMs`);
}

const isAgent = (value: unknown): value is BatchAgentLike =>
  typeof value === 'object' && value !== null && 'generate' in value && typeof value.generate === 'function';

function checkText(path: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new PerfConfigError(path, value, 'a text that is not empty');
}

function tellOf(error: unknown, threadId: string, onError: MessageBatcherOptions['onError']): void {
  try {
    const told: unknown = onError?.(error, { threadId });
    if (told instanceof Promise) told.catch(warnOfListener);
    if (onError) return;
  } catch (thrown) {
    return warnOfListener(thrown);
  }
  warn(`messages of thread "${threadId}" could not be stored: ${String(error)}`);
}

const warnOfListener = (thrown: unknown): void =>
  warn(`onError of a MessageBatcher threw: ${String(thrown)}`);

const warn = (problem: string): void =>
  process.emitWarning(`mastra-perf: ${problem}`, { code: 'MASTRA_PERF_BATCH', type: 'MastraPerfWarning' });
