import { searchResultSchema } from '../mastra/tools/search-docs.ts';
import { extractAnswer } from './extract-answer.ts';

interface Message {
  readonly role: string;
  readonly text: string;
}

interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly { readonly name: string }[];
}

interface ModelAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: unknown }[];
}

/** What the simulated model says: it searches first, then quotes what it found. The same prompt always gets the same answer. */
export function answerFromDocs({ messages, tools }: ModelRequest): ModelAnswer {
  const asked = messages.findLastIndex((message) => message.role === 'user');
  const question = completeQuestion(messages.slice(0, asked + 1));
  const results = messages.slice(asked + 1).filter((message) => message.role === 'tool');
  const search = tools[0];
  if (results.length === 0 && search)
    return { toolCalls: [{ name: search.name, args: { query: question } }] };
  return {
    text: extractAnswer(
      question,
      results.flatMap((result) => passagesIn(result.text)),
    ),
  };
}

/** The question itself, without what was recalled for it. */
const withoutRecalled = (text: string): string =>
  text.replace(/^<earlier_messages>[\s\S]*<\/earlier_messages>\s*/, '');

/** "And on Redis?" means nothing by itself: such a question is asked together with the one before it. */
function completeQuestion(messages: readonly Message[]): string {
  const questions = messages
    .filter((message) => message.role === 'user')
    .map(({ text }) => withoutRecalled(text));
  const last = questions.at(-1) ?? '';
  const before = questions.at(-2);
  return before !== undefined && /^(and|but|what about|how about)\b/i.test(last) ? `${before} ${last}` : last;
}

function passagesIn(toolResult: string): { path: string; text: string }[] {
  return searchResultSchema.parse(JSON.parse(toolResult)).passages;
}
