import type { PromptMessage } from '../../pipeline/call.ts';
import { markOf } from './held-thread.ts';

/** Text that a message of a prompt says, in its parts. */
export function textsOf({ content }: PromptMessage): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return (content as readonly unknown[]).flatMap((part) => {
    const { type, text } = { ...(part as object) } as { readonly type?: unknown; readonly text?: unknown };
    return type === 'text' && typeof text === 'string' ? [text] : [];
  });
}

/** Marks of all that is said in these messages. */
export const marksOf = (messages: readonly PromptMessage[]): ReadonlySet<string> =>
  new Set(messages.flatMap((message) => textsOf(message).map(markOf)));

/** Place of the newest message of the user; -1 where there is none. */
export const questionPlace = (prompt: readonly PromptMessage[]): number =>
  prompt.findLastIndex(({ role }) => role === 'user');
