import { isObject } from '../../base/record.ts';
import type { PromptMessage } from '../../pipeline/call.ts';

/** A result in a message with role `tool`, as models of AI SDK get it. Results of the provider's own tools are elsewhere. */
export interface ToolResult {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: ToolOutput;
}

export interface ToolOutput {
  readonly type: string;
  readonly value?: unknown;
  readonly providerOptions?: unknown;
}

export function isToolResult(part: unknown): part is ToolResult {
  if (!isObject(part) || part['type'] !== 'tool-result' || typeof part['toolCallId'] !== 'string')
    return false;
  const { output } = part;
  return isObject(output) && typeof output['type'] === 'string';
}

/**
 * The message with other outputs of its tools, or the same object where `change` gives back all that it was given. Calls and ids stay
 * as they are, and what else is in a result.
 */
export function withOutputs(
  message: PromptMessage,
  change: (result: ToolResult) => ToolOutput,
): { readonly message: PromptMessage; readonly changed: number } {
  const { role, content } = message;
  if (role !== 'tool' || !Array.isArray(content)) return { message, changed: 0 };
  let changed = 0;
  const parts = (content as readonly unknown[]).map((part) => {
    if (!isToolResult(part)) return part;
    const output = change(part);
    if (output === part.output) return part;
    changed++;
    return { ...part, output };
  });
  return { message: changed === 0 ? message : { ...message, content: parts }, changed };
}
