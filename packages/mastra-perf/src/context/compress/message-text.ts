import type { PromptMessage } from '../../pipeline/call.ts';
import { compressStructured } from './compress-structured.ts';
import { cutMiddle } from './cut-text.ts';
import { isToolResult } from './tool-results.ts';

/** Characters of one message that a summarizer needs to see. */
const MOST_TEXT = 8000;
const MOST_INPUT = 300;
const MOST_RESULT = 1000;

/**
 * A message as a summarizer reads it: who says what, which tools are called and what they tell, shortened. Lines that follow are
 * indented: a line that begins with a role is never part of what somebody wrote. Empty for a message that says nothing.
 */
export function messageText({ role, content }: PromptMessage): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  const said = parts.map(partText).filter((text) => text !== '');
  if (said.length === 0) return '';
  return `${role}: ${indented(cutMiddle(said.join('\n'), MOST_TEXT))}`;
}

const indented = (text: string): string => text.trim().replace(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/g, '\n  ');

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return '';
  const { type, text, toolName, input, mediaType } = part as Readonly<Record<string, unknown>>;
  if (type === 'text') return typeof text === 'string' ? text : '';
  if (type === 'tool-call') return `[calls ${String(toolName)} with ${shortened(input, MOST_INPUT)}]`;
  if (isToolResult(part)) {
    const { value, type: kind } = part.output;
    const verb = kind.startsWith('error') ? 'failed with' : 'returned';
    return `[${part.toolName} ${verb} ${shortened(value, MOST_RESULT)}]`;
  }
  if (type === 'file' || type === 'image') return `[${typeof mediaType === 'string' ? mediaType : 'a file'}]`;
  return '';
}

/** Four characters are about a token; this need not be exact, but the data must be shortened by its structure. */
const shortened = (value: unknown, characters: number): string =>
  compressStructured(value ?? '', characters, { count: ({ length }) => length });
