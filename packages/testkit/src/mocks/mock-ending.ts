import type { LanguageModelV2Usage } from '@ai-sdk/provider-v5';
import type { LanguageModelV3Usage } from '@ai-sdk/provider-v6';
import type { MockAnswer, MockFinishReason, MockUsage } from './mock-answer.ts';
import type { MockSpec } from './mock-spec.ts';

export const DEFAULT_USAGE: MockUsage = { inputTokens: 10, outputTokens: 5 };

/** How the call ended, in the shape of the specification: the tail of `doGenerate` and of the stream. */
export function mockEnding(answer: MockAnswer, spec: MockSpec) {
  const reason = finishReasonOf(answer);
  const usage = answer.usage === undefined ? DEFAULT_USAGE : answer.usage;
  return {
    // Raw is OpenAI's spelling of the same reason.
    finishReason: spec === 'v2' ? reason : { unified: reason, raw: reason.replaceAll('-', '_') },
    usage: spec === 'v2' ? flatUsage(usage) : nestedUsage(usage),
    ...(answer.providerMetadata ? { providerMetadata: answer.providerMetadata } : {}),
  };
}

export function finishReasonOf(answer: MockAnswer): MockFinishReason {
  if (answer.finishReason) return answer.finishReason;
  if (answer.errorPart !== undefined) return 'error';
  return answer.tools?.length ? 'tool-calls' : 'stop';
}

function flatUsage(usage: MockUsage | null): LanguageModelV2Usage {
  if (!usage) return { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}

function nestedUsage(usage: MockUsage | null): LanguageModelV3Usage {
  if (!usage) {
    return {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    };
  }
  const {
    inputTokens,
    outputTokens,
    cachedInputTokens = 0,
    cacheWriteInputTokens = 0,
    reasoningTokens = 0,
  } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - cachedInputTokens - cacheWriteInputTokens,
      cacheRead: cachedInputTokens,
      cacheWrite: cacheWriteInputTokens,
    },
    outputTokens: { total: outputTokens, text: outputTokens - reasoningTokens, reasoning: reasoningTokens },
  };
}
