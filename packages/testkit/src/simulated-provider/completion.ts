import type { ProviderAnswer } from './provider-options.ts';
import type { ProviderRequest } from './provider-request.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Text in the pieces in which it is streamed. */
export interface TokenText {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly tokens: number;
}

/** An answer with everything that the protocols need to tell it. */
export interface Completion {
  readonly content?: TokenText;
  readonly toolCalls: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: TokenText;
    readonly tokens: number;
  }[];
  readonly reasoningTokens: number;
  readonly outputTokens: number;
  readonly finishReason: string;
}

/** Tokens of an answer: its text, names and arguments of its tool calls, and the reasoning that it names. */
export function completionOf(
  answer: ProviderAnswer,
  request: ProviderRequest,
  n: number,
  tokenizer: Tokenizer,
): Completion {
  const reasoningTokens = answer.reasoningTokens ?? 0;
  const full = tokenizer.encode(answer.text ?? '');
  const limit = Math.max(0, (request.maxOutputTokens ?? Number.POSITIVE_INFINITY) - reasoningTokens);
  const cut = full.length > limit;
  const content = tokenText(full.slice(0, limit), tokenizer);
  const toolCalls = (cut ? [] : (answer.toolCalls ?? [])).map((call, index) => {
    const args = tokenText(tokenizer.encode(JSON.stringify(call.args ?? {})), tokenizer);
    return {
      id: `call_sim_${n}_${index}`,
      name: call.name,
      arguments: args,
      tokens: args.tokens + tokenizer.count(call.name),
    };
  });
  return {
    ...(content.tokens > 0 ? { content } : {}),
    toolCalls,
    reasoningTokens,
    outputTokens: reasoningTokens + content.tokens + toolCalls.reduce((sum, call) => sum + call.tokens, 0),
    finishReason: answer.finishReason ?? (cut ? 'length' : toolCalls.length > 0 ? 'tool_calls' : 'stop'),
  };
}

function tokenText(tokens: readonly number[], tokenizer: Tokenizer): TokenText {
  const pieces = tokenizer.pieces(tokens);
  return { text: pieces.join(''), pieces, tokens: tokens.length };
}

/** Says the same to the same question; long enough to be streamed. */
export function defaultAnswer(request: ProviderRequest): ProviderAnswer {
  const question = request.messages.findLast((message) => message.role === 'user')?.text ?? '';
  const shown = question.length > 200 ? `${question.slice(0, 200)}...` : question;
  return {
    text: `You said "${shown}", and the simulated model ${request.model} has nothing to add to that.`,
  };
}
