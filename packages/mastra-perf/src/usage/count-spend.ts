import type { Middleware, ModelCall } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { observe } from '../pipeline/observe.ts';
import { isFinish } from '../pipeline/parts.ts';
import { billedTokens } from './billed-tokens.ts';
import { groupOf } from './usage-group.ts';
import type { CountDeps } from './usage-deps.ts';

const NAME = 'usage.spend';

/**
 * Counts what the provider bills: once for each request to the model, however many callers share it and whether or not
 * any of them is still there. It sits next to the model, and what it counts is put down to the caller who made the
 * request.
 */
export function countSpend({ settingsOf, ledger, billing, fault }: CountDeps): Middleware {
  const count = (call: ModelCall, usage: unknown): void => {
    const tokens = billedTokens(usage);
    const group = groupOf(call);
    if (!tokens) return ledger.record(group, { modelCalls: 1, unreportedCalls: 1 });
    const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = tokens;
    billing.record(
      { kind: 'spent', group, model: call.model, usage },
      { modelCalls: 1, inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens },
    );
  };
  return {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      let usage: unknown;
      let reply;
      try {
        reply = await next();
      } catch (error) {
        if (isRefusal(error) && !isAborted(call.request.abortSignal))
          ledger.record(groupOf(call), { modelCalls: 1 });
        else count(call, undefined);
        throw error;
      }
      const parts = observe(
        reply.parts,
        {
          part(part) {
            if (isFinish(part)) usage = part.usage;
          },
          end: () => count(call, usage),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };
}

/** An HTTP error from the provider: nothing was generated, so nothing is billed. Any other failure may have cost. */
const isRefusal = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && Number(error.statusCode) >= 400;
