import type { MockAnswer } from '@mastra-perf/testkit';
import type { Asked, Respond } from './app.ts';

export const QUESTION = 'What is the matter with order 4711?';

/** What the user said last: recall puts what was said earlier in front of it, in a part of its own. */
export const questionOf = ({ prompt }: Asked): string =>
  textOf(prompt.findLast(({ role }) => role === 'user')?.content);
const isAfterTool = ({ prompt }: Asked): boolean => prompt.at(-1)?.role === 'tool';

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? ((content.at(-1) as { readonly text?: string } | undefined)?.text ?? '')
      : '';

export const echo: Respond = (asked) => ({
  text: `You said: ${questionOf(asked)}, and that is what I heard.`,
  reasoning: 'They said it.',
});

export const askWeather: Respond = (asked) =>
  isAfterTool(asked)
    ? { text: `The sky is blue, since you ask: ${questionOf(asked)}` }
    : { tools: [{ name: 'weather', args: { city: 'Rome' } }] };

export const delegate: Respond = (asked) =>
  isAfterTool(asked)
    ? { text: 'It is done.' }
    : { tools: [{ name: asked.tools?.[0]?.name ?? '', args: { prompt: 'do it' } }] };

/** Of a `MessageBatcher`: an answer to each message of the batch. */
export function answerItems(asked: Asked): MockAnswer {
  const { items } = JSON.parse(questionOf(asked)) as {
    readonly items: readonly { readonly id: string; readonly message: string }[];
  };
  const answers = items.map(({ id, message }) => ({ id, response: `answer to ${message}`, confidence: 1 }));
  return { text: JSON.stringify({ answers }) };
}

export const refusal = (): Error =>
  Object.assign(new Error('the provider refuses'), { isRetryable: false, statusCode: 400 });
