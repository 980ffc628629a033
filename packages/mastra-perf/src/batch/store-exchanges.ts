import type { BatchMemory, ThreadMessage } from './batch-agent.ts';
import type { ExchangeTimes } from './exchange-times.ts';

/** A message and its answer, as they are stored. */
export interface Exchange {
  readonly messageId: string;
  readonly answerId: string;
  readonly threadId: string;
  readonly resource: string;
  readonly message: string;
  /** As the model has said it. */
  readonly response: unknown;
  readonly times: ExchangeTimes;
}

/**
 * Stores exchanges in their thread, which is made if it is not there. They must be of one thread and one resource.
 *
 * @throws Error when the thread is of another resource; nothing is stored then. What the memory throws
 */
export async function storeExchanges(memory: BatchMemory, exchanges: readonly Exchange[]): Promise<void> {
  const [first] = exchanges;
  if (!first) return;
  const { threadId, resource } = first;
  const thread = await memory.getThreadById({ threadId });
  if (!thread) await memory.createThread({ threadId, resourceId: resource });
  else if (thread.resourceId !== resource)
    throw new Error(
      `thread "${threadId}" is of another resource than "${resource}": its messages are not stored`,
    );
  await memory.saveMessages({ messages: exchanges.flatMap(messagesOf) });
}

function messagesOf(exchange: Exchange): ThreadMessage[] {
  const { messageId, answerId, threadId, resource, message, response, times } = exchange;
  const shared = { threadId, resourceId: resource, type: 'text' } as const;
  const isText = typeof response === 'string';
  const text = isText ? response : JSON.stringify(response);
  return [
    {
      ...shared,
      id: messageId,
      role: 'user',
      createdAt: new Date(times.askedAt),
      content: contentOf(message, times.askedAt),
    },
    {
      ...shared,
      id: answerId,
      role: 'assistant',
      createdAt: new Date(times.answeredAt),
      // As Mastra stores the answer of a call with structured output.
      content: {
        ...contentOf(text, times.answeredAt),
        ...(!isText && { metadata: { structuredOutput: response } }),
      },
    },
  ];
}

const contentOf = (text: string, createdAt: number): ThreadMessage['content'] => ({
  format: 2,
  parts: [{ type: 'text', text, createdAt }],
  content: text,
});
