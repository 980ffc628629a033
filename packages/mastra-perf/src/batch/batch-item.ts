import type { TokenUsage } from '../pipeline/usage.ts';
import { BatchError, type BatchFailure } from './batch-error.ts';
import { NO_USAGE, plusUsage } from './batch-usage.ts';

export interface BatchAnswer<T> {
  /** Id of the message, also of the one that is stored in its thread. */
  readonly messageId: string;
  readonly response: T;
  /** From 0 to 1, as the model says. */
  readonly confidence: number;
  /** Its part of what the calls have used that it was in. */
  readonly usage: TokenUsage;
}

export interface ItemFields {
  readonly messageId: string;
  readonly threadId: string;
  readonly resource: string;
  /** What may be in one prompt with it. */
  readonly key: string;
  readonly message: string;
  /** The message as a string of JSON. */
  readonly framed: string;
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** One message, and its caller. Settled once; what comes later is dropped. */
export interface BatchItem<T> extends ItemFields {
  readonly answer: Promise<BatchAnswer<T>>;
  /** It is settled: nobody waits for it any more. */
  readonly isOver: boolean;
  /** Has an answer, which is not told before it is stored. */
  readonly isAnswered: boolean;
  /** Called when it is settled. Only the last that was set is. */
  onOver: (() => void) | undefined;
  charge(usage: TokenUsage): void;
  /** Keeps the answer until `tell()`. */
  keep(response: T, confidence: number): void;
  /** Settles it with the answer that it has. */
  tell(): void;
  fail(reason: BatchFailure, problem: string, cause?: unknown): void;
  /** Settles it with a reason of its caller. */
  leave(reason: unknown): void;
}

/** @param settled called once, before `onOver` */
export function batchItem<T>(
  fields: ItemFields,
  settled: (how: 'answered' | 'failed' | 'left') => void,
): BatchItem<T> {
  const { promise, resolve, reject } = Promise.withResolvers<BatchAnswer<T>>();
  let isOver = false;
  let usage = NO_USAGE;
  let kept: { readonly response: T; readonly confidence: number } | undefined;
  const end = (how: 'answered' | 'failed' | 'left', settle: () => void): void => {
    if (isOver) return;
    isOver = true;
    settle();
    settled(how);
    item.onOver?.();
  };
  const item: BatchItem<T> = {
    ...fields,
    answer: promise,
    get isOver() {
      return isOver;
    },
    get isAnswered() {
      return kept !== undefined;
    },
    onOver: undefined,
    charge: (more) => void (usage = plusUsage(usage, more)),
    keep: (response, confidence) => void (kept = { response, confidence }),
    tell() {
      const answer = kept;
      if (answer) end('answered', () => resolve({ messageId: fields.messageId, ...answer, usage }));
    },
    fail: (reason, problem, cause) =>
      end('failed', () =>
        reject(new BatchError(reason, { ...fields, usage }, problem, cause === undefined ? {} : { cause })),
      ),
    leave: (reason) => end('left', () => reject(reason)),
  };
  return item;
}
