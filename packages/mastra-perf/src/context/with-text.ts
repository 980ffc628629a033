import type { PromptMessage } from '../pipeline/call.ts';

/** The prompt with a text in front of what the message at this place says. Nothing else is copied. */
export function withText(
  prompt: readonly PromptMessage[],
  place: number,
  text: string,
): readonly PromptMessage[] {
  const message = prompt[place];
  if (!message) return prompt;
  const { content } = message;
  const said: readonly unknown[] = Array.isArray(content) ? content : [{ type: 'text', text: content }];
  return prompt.with(place, { ...message, content: [{ type: 'text', text }, ...said] });
}
