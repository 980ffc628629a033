import { canonicalHash } from '../../base/canonical-hash.ts';
import type { PromptMessage } from '../../pipeline/call.ts';
import { writtenAsJson } from '../tokens/written-as-json.ts';
import type { CompactedPrompt } from './cut-tool-results.ts';
import { isWithin, type CountText } from './cut-text.ts';
import { withOutputs, type ToolResult } from './tool-results.ts';

export interface DropRepeatedOptions {
  readonly count: CountText;
  /**
   * Results of no more tokens stay.
   * @default 50
   */
  readonly leastTokens?: number;
}

const LEAST_TOKENS = 50;
const SAME = 'Same result as that of the earlier call of';

/**
 * Replaces results that are equal to an earlier one of the same tool in the same prompt by a short text that names the earlier call.
 * The earlier one stays, so that a prompt begins alike from call to call; it must not be left out afterwards. Errors stay, and
 * ids, and the objects of messages without repeated results.
 */
export function dropRepeatedToolResults(
  prompt: readonly PromptMessage[],
  { count, leastTokens = LEAST_TOKENS }: DropRepeatedOptions,
): CompactedPrompt {
  const first = new Map<string, string>();
  let cutResults = 0;
  const messages = prompt.map((message) => {
    const { message: changed, changed: results } = withOutputs(message, (result) => {
      const { output, toolName, toolCallId } = result;
      const key = keyOf(result, leastTokens, count);
      if (key === undefined) return output;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, toolCallId);
      if (earlier === undefined || earlier === toolCallId) return output;
      const { providerOptions } = output;
      const value = `${SAME} ${toolName} (${earlier}).`;
      return { type: 'text', value, ...(providerOptions !== undefined && { providerOptions }) };
    });
    cutResults += results;
    return changed;
  });
  return { prompt: cutResults === 0 ? prompt : messages, cutResults };
}

const REPLACED = new Set(['text', 'json', 'content']);

/** What equal results have in common; `undefined` for those that are not worth it or must stay. */
function keyOf({ output, toolName }: ToolResult, leastTokens: number, count: CountText): string | undefined {
  const { type, value } = output;
  if (!REPLACED.has(type)) return undefined;
  const text = typeof value === 'string' ? value : writtenAsJson(value);
  if (text.startsWith(SAME) || isWithin(text, leastTokens, count)) return undefined;
  try {
    return canonicalHash([toolName, type, value]);
  } catch {
    return undefined; // a cycle, or an instance that shows nothing of what it holds: it is not known to be equal
  }
}
