import type { ModelIdentity, PromptMessage } from '../pipeline/call.ts';
import { cutToolResults, type CutMemo } from './compress/cut-tool-results.ts';
import { dropRepeatedToolResults } from './compress/drop-repeated-tool-results.ts';
import { steadyCount } from './compress/steady-count.ts';
import type { CompressionOptions } from './options.ts';
import { questionPlace } from './recall/prompt-texts.ts';

export interface Compacted {
  readonly prompt: readonly PromptMessage[];
  /** Results that are shorter now. */
  readonly results: number;
  /** Tokens that they are shorter by. */
  readonly saved: number;
}

type Compact = (
  prompt: readonly PromptMessage[],
  options: CompressionOptions | undefined,
  model: ModelIdentity,
  tokensOf: (message: PromptMessage) => number,
) => Compacted;

const LONGEST = 1000;

/** Makes results of tools shorter. Those that answer the newest question stay whole. */
export function compactResults(): { readonly cut: Compact; readonly dropRepeated: Compact } {
  const memos = new Map<string, CutMemo>();
  const memoOf = (key: string): CutMemo => {
    const memo = memos.get(key) ?? new WeakMap();
    memos.set(key, memo);
    return memo;
  };
  return {
    cut(prompt, options, model, tokensOf) {
      const { toolResults: maxTokens = LONGEST } = options ?? { toolResults: false };
      if (maxTokens === false) return { prompt, results: 0, saved: 0 };
      const { prompt: cut, cutResults } = cutToolResults(prompt, {
        maxTokens,
        count: steadyCount(model),
        protectFrom: questionPlace(prompt),
        memo: memoOf(`${maxTokens} ${model.provider} ${model.modelId}`),
      });
      return { prompt: cut, results: cutResults, saved: savedBy(prompt, cut, tokensOf) };
    },
    dropRepeated(prompt, options, model, tokensOf) {
      if (!options || options.toolResults === false) return { prompt, results: 0, saved: 0 };
      const { prompt: cut, cutResults } = dropRepeatedToolResults(prompt, { count: steadyCount(model) });
      return { prompt: cut, results: cutResults, saved: savedBy(prompt, cut, tokensOf) };
    },
  };
}

/** Only messages that are other objects now are counted. */
function savedBy(
  before: readonly PromptMessage[],
  after: readonly PromptMessage[],
  tokensOf: (message: PromptMessage) => number,
): number {
  if (before === after) return 0;
  let saved = 0;
  for (const [place, message] of before.entries()) {
    const shorter = after[place];
    if (shorter && shorter !== message) saved += tokensOf(message) - tokensOf(shorter);
  }
  return saved;
}
