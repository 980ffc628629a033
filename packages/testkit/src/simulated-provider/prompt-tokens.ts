import type { ProviderRequest } from './provider-request.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Tokens around a message (role, separators), as Mastra 1.71's TokenLimiterProcessor estimates them. */
const TOKENS_PER_MESSAGE = 3.8;

export interface PromptTokens {
  /** What is billed: all texts + tools + response format, + 3.8 a message, the sum rounded to the nearest integer. */
  readonly total: number;
  /** The prompt in the order in which it is cached: tools, format, messages, each message opened by a mark. */
  readonly sequence: readonly number[];
}

export function promptTokens(request: ProviderRequest, tokenizer: Tokenizer): PromptTokens {
  const preamble = [
    ...(request.tools.length > 0 ? [JSON.stringify(request.tools)] : []),
    ...(request.responseFormat === undefined ? [] : [JSON.stringify(request.responseFormat)]),
  ];
  const sequence = preamble.flatMap((text) => tokenizer.encode(text));
  for (const { role, text } of request.messages) {
    sequence.push(roleMark(role));
    for (const token of tokenizer.encode(text)) sequence.push(token);
  }
  const marks = request.messages.length;
  return { sequence, total: Math.round(sequence.length - marks + TOKENS_PER_MESSAGE * marks) };
}

/** A negative number, so that it can never be a token of the text. */
const roleMark = (role: string): number =>
  -1 - [...role].reduce((hash, char) => (hash * 31 + (char.codePointAt(0) ?? 0)) % 65_521, 7);
