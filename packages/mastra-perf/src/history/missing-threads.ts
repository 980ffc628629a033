import { threadsOf, type MessageRow, type ThreadRow } from './rows.ts';
import type { ThreadStore } from './thread-store.ts';

/**
 * Saves messages whose thread was taken to be there. If it was deleted elsewhere, it is created again, as Mastra would have done
 * had it asked; every other error is the caller's.
 */
export async function saveOrCreate<M extends MessageRow, R>(
  store: Pick<ThreadStore<ThreadRow, M>, 'getThread' | 'createThread'>,
  messages: readonly M[],
  wasTaken: (threadId: string) => boolean,
  save: () => Promise<R>,
): Promise<R> {
  const taken = threadsOf(messages).filter(wasTaken);
  try {
    return await save();
  } catch (error) {
    if (!(await createMissing(store, messages, taken))) throw error;
    return save();
  }
}

/** Creates those of these threads that are not there. Whether there was one. */
export async function createMissing<M extends MessageRow>(
  store: Pick<ThreadStore<ThreadRow, M>, 'getThread' | 'createThread'>,
  messages: readonly M[],
  threadIds: readonly string[],
): Promise<boolean> {
  const missing = await missingOf(store, threadIds);
  for (const threadId of missing) {
    const message = messages.find((one) => one.threadId === threadId);
    await store.createThread(threadId, message?.resourceId ?? threadId);
  }
  return missing.length > 0;
}

async function missingOf(
  store: Pick<ThreadStore, 'getThread'>,
  threadIds: readonly string[],
): Promise<readonly string[]> {
  try {
    const found = await Promise.all(threadIds.map((threadId) => store.getThread(threadId)));
    return threadIds.filter((_, index) => found[index] === null);
  } catch {
    return []; // the storage is in trouble, which the first error tells as well
  }
}
