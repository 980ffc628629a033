import type { PromptMessage } from '../../pipeline/call.ts';

/** Enough to tell messages from each other. */
const HEAD = 100;

/**
 * A number between 0 and 2 ** 32, the same wherever these messages are: neither what stands before them nor how tokens are counted
 * is in it. So it stays when a store gives back the last messages only, or when an estimate gets better.
 */
export function markOf(prompt: readonly PromptMessage[], from: number, to: number): number {
  let hash = 0x811c9dc5;
  const add = (text: string): void => {
    const end = Math.min(text.length, HEAD);
    hash = Math.imul(hash ^ text.length, 0x01000193);
    for (let index = 0; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  };
  for (let index = from; index < to; index++) {
    const content = prompt[index]?.content;
    if (typeof content === 'string') add(content);
    else if (Array.isArray(content)) for (const part of content as readonly unknown[]) add(textOf(part));
  }
  // The low bits of this hash are weak: they are what its last characters were.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Ids of calls are left out: they may be new in each run. */
function textOf(part: unknown): string {
  if (typeof part !== 'object' || part === null) return String(part);
  const { type, text, toolName } = part as Record<string, unknown>;
  return typeof text === 'string' ? text : `${String(type)} ${String(toolName)}`;
}
