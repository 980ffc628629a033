import { PerfError } from '../errors.ts';
import type { TokenUsage } from '../pipeline/usage.ts';

/**
 * Why a message has no answer. `unanswered`: the model left it out, or answered it twice, also when it was asked for alone.
 * `invalid`: its answer is not of the schema, also alone. `failed`: the call of the agent failed, `cause` says how. `timeout`: the
 * time was up. `full`: too many messages were waiting.
 */
export type BatchFailure = 'unanswered' | 'invalid' | 'failed' | 'timeout' | 'full';

/** One message of a batch has no answer; the others may have one. */
export class BatchError extends PerfError {
  readonly reason: BatchFailure;
  readonly messageId: string;
  readonly threadId: string;
  /** What it has cost all the same. */
  readonly usage: TokenUsage;

  constructor(
    reason: BatchFailure,
    of: { readonly messageId: string; readonly threadId: string; readonly usage: TokenUsage },
    problem: string,
    options?: { cause?: unknown },
  ) {
    super('MASTRA_PERF_BATCH', `message ${of.messageId} of thread "${of.threadId}": ${problem}`, options);
    this.name = 'BatchError';
    this.reason = reason;
    this.messageId = of.messageId;
    this.threadId = of.threadId;
    this.usage = of.usage;
  }
}
