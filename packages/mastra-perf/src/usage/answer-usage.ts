import type { ModelCall } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { finishUsage } from '../pipeline/finish-usage.ts';
import { isContent, isDelta, isFinish, type StreamPart } from '../pipeline/parts.ts';
import { billedTokens } from './billed-tokens.ts';
import { outputBound } from './budget-bound.ts';
import { BYTES_PER_TOKEN, inputTokens } from './budget-estimate.ts';
import { costNothing } from './budget-nothing-sent.ts';

/** What a call has used, in a form that models report. */
export interface UsedByCall {
  readonly usage: unknown;
  /** No usage was reported: told by the size of what was sent and received. */
  readonly estimated: boolean;
}

/** Watches an answer for what it uses, as far as it comes. */
export interface AnswerUsage {
  see(part: StreamPart): void;
  /**
   * Once the call has ended: what it used, or `undefined` where it certainly used nothing.
   *
   * @param likelyInput tokens of the input, where no usage was reported; by default about those of its bytes.
   */
  of(call: ModelCall, error: unknown, likelyInput?: number): UsedByCall | undefined;
}

/**
 * Figures and budgets take the usage of a call from here, so that they agree. Reasoning that a provider keeps to itself
 * is not seen: of an answer that is cut short it is not estimated.
 */
export function answerUsage(): AnswerUsage {
  let said = false;
  let bytes = 0;
  let usage: unknown;

  return {
    see(part) {
      said ||= isContent(part);
      if (isDelta(part)) bytes += Buffer.byteLength(part.delta);
      if (isFinish(part)) usage = finishUsage(part);
    },
    of(call, error, likelyInput) {
      if (billedTokens(usage)) return { usage, estimated: false };
      // Who gives up does not know what was generated until then, whatever the error looks like.
      const failed = error !== undefined && !isAborted(call.request.abortSignal);
      if (failed && !said && costNothing(error)) return undefined;
      const estimate = {
        inputTokens: likelyInput ?? Math.ceil(inputTokens(call).likely),
        outputTokens: Math.min(outputBound(call), Math.ceil(bytes / BYTES_PER_TOKEN)),
      };
      return { usage: estimate, estimated: true };
    },
  };
}
