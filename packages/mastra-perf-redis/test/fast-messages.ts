import type { MastraDBMessage } from '@mastra/core/agent';
import type { MemoryStorage, WorkflowsStorage } from '@mastra/core/storage';
import type { RedisStore } from '@mastra/redis';

export const T0 = Date.UTC(2026, 0, 1);

export function message(
  id: string,
  at: number,
  { thread = 't', resource = 'r' }: { readonly thread?: string; readonly resource?: string } = {},
): MastraDBMessage {
  return {
    id,
    threadId: thread,
    resourceId: resource,
    role: 'user',
    createdAt: new Date(T0 + at),
    content: { format: 2, parts: [{ type: 'text', text: `text of ${id}` }] },
  };
}

export const memoryOf = (store: RedisStore): MemoryStorage => store.stores.memory as MemoryStorage;
export const runsOf = (store: RedisStore): WorkflowsStorage => store.stores.workflows as WorkflowsStorage;

export async function saveThread(memory: MemoryStorage, id = 't', resourceId = 'r'): Promise<void> {
  const at = new Date(T0);
  await memory.saveThread({ thread: { id, resourceId, createdAt: at, updatedAt: at, metadata: {} } });
}
