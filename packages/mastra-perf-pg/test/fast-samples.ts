import { randomUUID } from 'node:crypto';
import type { MastraDBMessage } from '@mastra/core/agent';

type Thread = { id: string; resourceId: string; title: string; createdAt: Date; updatedAt: Date };

export const AT = Date.UTC(2026, 0, 1);

export const aThread = (id: string = randomUUID(), resourceId = 'alice'): Thread => ({
  id,
  resourceId,
  title: `About ${id}`,
  createdAt: new Date(AT),
  updatedAt: new Date(AT),
});

export function aMessage(threadId: string, changes: Partial<MastraDBMessage> = {}): MastraDBMessage {
  return {
    id: randomUUID(),
    role: 'user',
    threadId,
    resourceId: 'alice',
    createdAt: new Date(AT),
    content: { format: 2, parts: [{ type: 'text', text: 'hello' }] },
    ...changes,
  };
}

export const text = (value: string): MastraDBMessage['content'] => ({
  format: 2,
  parts: [{ type: 'text', text: value }],
});
