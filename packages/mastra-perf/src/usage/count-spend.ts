import type { Middleware, ModelCall } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { observe } from '../pipeline/observe.ts';
import { answerUsage, type AnswerUsage } from './answer-usage.ts';
import { billedTokens } from './billed-tokens.ts';
import { groupOf } from './usage-group.ts';
import type { CountDeps } from './usage-deps.ts';

const NAME = 'usage.spend';

/**
 * Counts what the provider bills: once for each request to the model, however many callers share it and whether or not
 * any of them is still there. It sits next to the model, and what it counts is put down to the caller who made the
 * request. What the provider does not report is estimated.
 */
export function countSpend({ settingsOf, tally, billing, fault }: CountDeps): Middleware {
  const count = (call: ModelCall, answer: AnswerUsage, error?: unknown): void => {
    const used = answer.of(call, error);
    const tokens = billedTokens(used?.usage);
    const group = groupOf(call);
    if (!used || !tokens) return tally.record(group, { modelCalls: 1 });
    const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = tokens;
    billing.record(
      { kind: 'spent', group, model: call.model, usage: used.usage },
      {
        modelCalls: 1,
        ...(used.estimated && { estimatedCalls: 1 }),
        inputTokens,
        outputTokens,
        cachedInputTokens,
        cacheWriteTokens,
        reasoningTokens,
      },
    );
  };
  return {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      const answer = answerUsage();
      const wasAborted = isAborted(call.request.abortSignal);
      let reply;
      try {
        reply = await next();
      } catch (error) {
        // Given up before it was asked, a model sends nothing.
        if (wasAborted) tally.record(groupOf(call), { modelCalls: 1 });
        else count(call, answer, error);
        throw error;
      }
      const parts = observe(
        reply.parts,
        {
          part: answer.see,
          end: (status, error) => count(call, answer, status === 'error' ? error : undefined),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };
}
