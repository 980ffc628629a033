import { MastraClient } from '@mastra/client-js';
import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import { HEADERS } from '../headers.ts';
import type { Asked, Way } from './call-record.ts';

/** Asks in one way and gives the answer's text. @throws when the call failed */
export type Client = (asked: Asked, signal: AbortSignal) => Promise<string>;

/** The ways in which applications ask a Mastra server. */
export function clients(url: string): Readonly<Record<Way, Client>> {
  const client = (asked: Asked, abortSignal: AbortSignal) =>
    new MastraClient({ baseUrl: url, retries: 0, headers: headersOf(asked), abortSignal });

  return {
    async 'client generate'(asked, signal) {
      const agent = client(asked, signal).getAgent(asked.agent);
      const result = await agent.generate(asked.text, memoryOf(asked));
      const failure = (result as { error?: unknown }).error;
      if (failure) throw new Error(textOf(failure));
      return result.text;
    },
    async 'client stream'(asked, signal) {
      const agent = client(asked, signal).getAgent(asked.agent);
      const response = await agent.stream(asked.text, memoryOf(asked));
      let text = '';
      let end: string | undefined;
      let failure: unknown;
      await response.processDataStream({
        onChunk: async (chunk) => {
          if (chunk.type === 'text-delta') text += chunk.payload.text;
          else if (chunk.type === 'error') failure = chunk.payload.error;
          else if (chunk.type === 'finish') end = 'finish';
        },
      });
      return whole(text, end, failure);
    },
    async 'chat stream'(asked, signal) {
      const transport = new DefaultChatTransport<UIMessage>({
        api: `${url}/chat/${asked.agent}`,
        headers: headersOf(asked),
        // Mastra's memory has what was said before.
        prepareSendMessagesRequest: ({ messages }) => ({
          body: { messages: messages.slice(-1), ...memoryOf(asked) },
        }),
      });
      const stream = await transport.sendMessages({
        chatId: asked.thread ?? asked.id,
        messages: [{ id: asked.id, role: 'user', parts: [{ type: 'text', text: asked.text }] }],
        trigger: 'submit-message',
        messageId: undefined,
        abortSignal: signal,
      });
      let end: string | undefined;
      let failure: unknown;
      const watched = stream.pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            if (chunk.type === 'error') failure = chunk.errorText;
            if (chunk.type === 'finish') end = 'finish';
            controller.enqueue(chunk);
          },
        }),
      );
      let text = '';
      for await (const message of readUIMessageStream({
        stream: watched,
        onError: (error) => (failure ??= error),
      }))
        text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      return whole(text, end, failure);
    },
  };
}

const headersOf = ({ user, id, phase }: Asked) => ({
  [HEADERS.user]: user,
  [HEADERS.call]: id,
  [HEADERS.phase]: phase,
});

const memoryOf = ({ thread, user }: Asked) => (thread ? { memory: { thread, resource: user } } : {});

function whole(text: string, end: string | undefined, failure: unknown): string {
  if (failure !== undefined) throw new Error(textOf(failure));
  if (end === undefined) throw new Error('the stream broke off');
  return text;
}

function textOf(failure: unknown): string {
  if (typeof failure === 'string') return failure;
  if (failure instanceof Error) return failure.message;
  return JSON.stringify(failure);
}
