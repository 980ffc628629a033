import type { ModelRequest, PromptMessage } from '../pipeline/call.ts';

/** Which calls may be given the answer to another question; nothing of it by default. */
export interface QuestionRules {
  /** Messages of the user that a prompt may have. */
  readonly maxTurns: number;
  readonly tools: boolean;
  readonly structuredOutput: boolean;
}

/** The newest text of the user in a request, and the request with another text in its place. */
export interface Question {
  readonly text: string;
  readonly with: (text: string) => ModelRequest;
}

/** Longer ones are documents: what little differs in them is lost in one vector. */
const MOST_CHARACTERS = 2000;
const LETTER = /\p{L}/u;

/**
 * The question of a call, if its answer may come from another one: the prompt ends with one text of the user, and neither turns before it
 * nor tools nor a structured answer come into play unless they were named.
 */
export function questionIn(request: ModelRequest, rules: QuestionRules): Question | undefined {
  const { prompt, tools, responseFormat } = request;
  const last = prompt.at(-1);
  if (last?.role !== 'user' || !isPlain(prompt, rules)) return undefined;
  if (!rules.tools && Array.isArray(tools) && tools.length > 0) return undefined;
  if (!rules.structuredOutput && responseFormat !== undefined && responseFormat.type !== 'text')
    return undefined;
  const text = onlyText(last.content);
  if (text === undefined || text.length > MOST_CHARACTERS || !LETTER.test(text)) return undefined;
  return {
    text,
    with: (other) => ({
      ...request,
      prompt: [...prompt.slice(0, -1), { ...last, content: withText(last.content, other) }],
    }),
  };
}

function isPlain(prompt: readonly PromptMessage[], { maxTurns, tools }: QuestionRules): boolean {
  let turns = 0;
  for (const { role, content } of prompt) {
    if (role === 'user') turns++;
    else if (role === 'assistant') {
      if (maxTurns === 1 || (!tools && !isText(content))) return false;
    } else if (role === 'tool') {
      if (maxTurns === 1 || !tools) return false;
    } else if (role !== 'system') return false;
  }
  return turns <= maxTurns;
}

const isText = (content: unknown): boolean =>
  typeof content === 'string' ||
  (Array.isArray(content) &&
    content.every((part: { readonly type?: unknown }) => part.type === 'text' || part.type === 'reasoning'));

function onlyText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length !== 1) return undefined;
  const [part] = content as readonly { readonly type?: unknown; readonly text?: unknown }[];
  return part?.type === 'text' && typeof part.text === 'string' ? part.text : undefined;
}

const withText = (content: unknown, text: string): unknown =>
  Array.isArray(content) ? [{ ...(content[0] as object), text }] : text;
