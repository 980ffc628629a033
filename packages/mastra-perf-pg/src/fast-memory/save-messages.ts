import type { SavedThreads } from 'mastra-perf';
import { domainError } from './domain-error.ts';
import type { MastraCore, MastraParts } from './mastra-core.ts';
import { BOUNDS, messageChunks } from './message-chunks.ts';
import { parsedContent, type MessageInput } from './message-rows.ts';
import type { MemoryDomain } from './store-parts.ts';
import type { messageWriter, Missing, Written } from './write-messages.ts';

export interface SaveInput {
  readonly messages: readonly MessageInput[];
}

export interface SaveResult extends SavedThreads {
  readonly messages: object[];
}

/** `saveMessages()` in one round trip, whatever number of threads the messages are of. */
export function messageSaver(
  original: MemoryDomain,
  write: ReturnType<typeof messageWriter>,
  core: MastraCore,
) {
  return async ({ messages }: SaveInput): Promise<SaveResult> => {
    const [first] = messages;
    // Mastra's own refuses what has no thread or no resource, in its own words, and without asking the database.
    if (!first || !messages.every(({ threadId, resourceId }) => threadId && resourceId))
      return { ...(await original.saveMessages({ messages })), threads: [], updated: [] };
    const mastra = await core.load();
    const operation = 'SAVE_MESSAGES';
    const written = await attempt(messages, write).catch(async (cause: unknown) => {
      throw await domainError(core, { operation, details: { threadId: first.threadId ?? '' }, cause });
    });
    if ('missing' in written) {
      const threadId = written.missing;
      throw await domainError(core, {
        operation,
        text: `Thread ${threadId} not found`,
        details: { threadId },
      });
    }
    return { messages: listed(messages, mastra), ...written };
  };
}

async function attempt(
  messages: readonly MessageInput[],
  write: ReturnType<typeof messageWriter>,
): Promise<Written | Missing> {
  const threadIds = [...new Set(messages.map(({ threadId }) => threadId ?? ''))];
  return write(messageChunks(messages, BOUNDS), threadIds);
}

/** As Mastra's own adapter answers: parsed, and in the order of their times. */
function listed(messages: readonly MessageInput[], { MessageList }: MastraParts): object[] {
  const parsed = messages.map((message) =>
    typeof message.content === 'string' ? { ...message, content: parsedContent(message.content) } : message,
  );
  const list = (some: unknown) => new MessageList().add(some, 'memory').get.all.db();
  // A list compares each message with all others, which for 10,000 takes ten seconds. It finds only those with the same id, and
  // makes up the times that are missing, one after the other.
  const ids = new Set(parsed.map(({ id }) => id));
  if (ids.size < parsed.length || parsed.some(({ createdAt }) => !createdAt)) return list(parsed);
  return parsed.flatMap(list).toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
