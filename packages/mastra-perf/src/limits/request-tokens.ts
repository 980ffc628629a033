import type { ModelRequest } from '../pipeline/call.ts';

/*
 * About how many tokens a request has, for a rate: budgets bound the same from above, four times too wide for this. What it is
 * wrong by is learned from answers, and corrected after each.
 */

const BYTES_PER_TOKEN = 4;
const PER_MESSAGE = 4;
/** An image or a page; whatever is more is learned. */
const PER_FILE = 1000;

export function requestTokens({ prompt, tools, responseFormat }: ModelRequest): number {
  const texts = prompt.reduce((sum, { content }) => sum + PER_MESSAGE + contentTokens(content), 0);
  return texts + jsonTokens(tools) + jsonTokens(responseFormat);
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return textTokens(content);
  if (!Array.isArray(content)) return jsonTokens(content);
  return content.reduce<number>((sum, part) => sum + partTokens(part), 0);
}

function partTokens(part: unknown): number {
  if (typeof part !== 'object' || part === null) return jsonTokens(part);
  const { type, text } = part as Readonly<Record<string, unknown>>;
  if (typeof text === 'string') return textTokens(text);
  return type === 'file' || type === 'image' ? PER_FILE : jsonTokens(part);
}

const textTokens = (text: string): number => Buffer.byteLength(text) / BYTES_PER_TOKEN;

function jsonTokens(value: unknown): number {
  if (value === undefined) return 0;
  try {
    return textTokens(JSON.stringify(value) ?? '');
  } catch {
    return 0; // what JSON cannot hold cannot be sent either: the model itself will refuse it
  }
}
