import type { PromptMessage } from '../../pipeline/call.ts';
import { cutOutput, LEAST_TOKENS } from './cut-output.ts';
import type { CountText } from './cut-text.ts';
import { withOutputs } from './tool-results.ts';

export interface CutToolResultsOptions {
  /** Longest result, in tokens; less than 16 counts as 16. */
  readonly maxTokens: number;
  /** Results are cut in the same place each time only as long as a text has the same count: {@link steadyCount}. */
  readonly count: CountText;
  /** Index of the first message that is left as it is. */
  readonly protectFrom: number;
  /** What was cut before, for this `maxTokens` and `count`; keep it between calls. */
  readonly memo?: CutMemo;
}

export type CutMemo = WeakMap<PromptMessage, ReturnType<typeof withOutputs>>;

export interface CompactedPrompt {
  readonly prompt: readonly PromptMessage[];
  /** Results that are shorter now. */
  readonly cutResults: number;
}

/**
 * Cuts results of tools that are longer than `maxTokens`: JSON, also in a text, by its structure, other texts in the middle, with a
 * marker of how much is left out. Errors stay. What becomes of a message depends on nothing but that message, so that a
 * prompt begins alike from call to call; messages without long results, and a prompt without them, are the same objects.
 */
export function cutToolResults(
  prompt: readonly PromptMessage[],
  { maxTokens, count, protectFrom, memo }: CutToolResultsOptions,
): CompactedPrompt {
  const most = Math.max(LEAST_TOKENS, maxTokens);
  let cutResults = 0;
  const messages = prompt.map((message, index) => {
    if (index >= protectFrom || message.role !== 'tool') return message;
    const cut = memo?.get(message) ?? withOutputs(message, ({ output }) => cutOutput(output, most, count));
    memo?.set(message, cut);
    cutResults += cut.changed;
    return cut.message;
  });
  return { prompt: cutResults === 0 ? prompt : messages, cutResults };
}
