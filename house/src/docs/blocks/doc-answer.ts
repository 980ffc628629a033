import type { ProviderRequest } from '@mastra-perf/testkit';

/** What the simulated model says to the examples: a sentence, or what a batch of messages asks for. */
export function docAnswer({ messages, responseFormat }: ProviderRequest): { readonly text: string } {
  const question = messages.findLast(({ role }) => role === 'user')?.text ?? '';
  if (!question.startsWith('{"items":')) return { text: 'It keeps what is needed again.' };
  const { items } = JSON.parse(question) as { readonly items: readonly { readonly id: string }[] };
  const isSorted = JSON.stringify(responseFormat ?? {}).includes('"topic"');
  const response = isSorted ? { topic: 'order', urgent: false } : 'On the way.';
  return { text: JSON.stringify({ answers: items.map(({ id }) => ({ id, response, confidence: 0.9 })) }) };
}
