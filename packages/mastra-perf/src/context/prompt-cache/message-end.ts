import type { PromptMessage } from '../../pipeline/call.ts';

/**
 * What a message ends with, as far as a mark can stand there: Anthropic refuses one at an empty text, and the AI SDK does not send one
 * at reasoning or at an approval.
 */
export function endOf({ role, content }: PromptMessage): 'text' | 'part' | undefined {
  if (role === 'system') return isText(content) ? 'text' : undefined;
  if (!Array.isArray(content)) return undefined;
  const { type, text, providerExecuted }: Record<string, unknown> = Object(content.at(-1));
  if (type === 'text') return isText(text) ? 'text' : undefined;
  const isMarkable =
    role === 'user'
      ? type === 'file'
      : role === 'tool'
        ? type === 'tool-result'
        : type === 'tool-call' && providerExecuted !== true;
  return isMarkable ? 'part' : undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
