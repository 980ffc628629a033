import type { ProviderAnswer, ProviderRequest } from '@mastra-perf/testkit';
import { HEADERS } from '../headers.ts';
import { numberIn } from '../traffic/questions.ts';
import { markOf } from '../traffic/users.ts';

const WORDS = 'It is known, it is written down, and it has been read by many before. ';

/** Says for whom it answers, by what only this side of the plugin knows, and to which question. */
export function provideAnswer(request: ProviderRequest): ProviderAnswer {
  const { messages, tools, headers } = request;
  const number = numberIn(questionOf(request));
  const last = messages.at(-1);
  if (tools.length > 0 && last?.role !== 'tool')
    return { toolCalls: [{ name: 'lookUp', args: { topic: number } }] };
  const isPublic = messages.some(({ role, text }) => role === 'system' && text.includes('You are public.'));
  const mark = isPublic ? '' : ` ${markOf(String(headers[HEADERS.user]))}`;
  const found = last?.role === 'tool' ? ` ${last.text}` : '';
  return { text: `Answer to #${number}${mark}:${found} ${WORDS.repeat(1 + (number % 4))}` };
}

export const questionOf = ({ messages }: ProviderRequest): string =>
  messages.findLast(({ role }) => role === 'user')?.text ?? '';
