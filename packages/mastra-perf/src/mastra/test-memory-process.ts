import type { MemoryStorage } from '@mastra/core/storage';
import { testClock } from '../base/test-clock.ts';
import type { createHistory } from '../history/history.ts';
import type { Behind, HistoryDeps } from '../history/history-deps.ts';
import type { MessageRow } from '../history/rows.ts';
import type { MemoryTraits } from '../history/memory-traits.ts';
import { memoryDomain, type Message } from './memory-domain.ts';
import { TRAITS } from './test-versioned-memory.ts';

export type ProcessOptions = Partial<Omit<HistoryDeps, 'currentRun' | 'isPersisting'>>;

let processes = 0;

/** A process of an app in which runs of agents use a decorated domain. */
export function memoryProcess(
  makeHistory: typeof createHistory,
  inner: MemoryStorage,
  options: ProcessOptions = {},
) {
  const clock = options.clock ?? testClock();
  const faults: unknown[] = [];
  // Set while a method begins, as the context of an asynchronous call would be.
  let run: object | undefined;
  let isPersisting = false;
  const domain = memoryDomain(inner, {
    clock,
    history: (store) =>
      makeHistory(store, {
        clock,
        mode: 'off',
        ttlMs: 30_000,
        traits: (inner as { [TRAITS]?: MemoryTraits })[TRAITS],
        senderId: `process ${processes++}`,
        fault: (where, error) => void faults.push([where, error]),
        ...options,
        currentRun: () => run,
        isPersisting: () => isPersisting,
      }),
  });

  /** The domain as it is used in a run, or by Mastra's history in it. */
  const within = (own: object | undefined, persisting = false): MemoryStorage =>
    new Proxy(domain, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const before = [run, isPersisting] as const;
          [run, isPersisting] = [own, persisting];
          try {
            return (value as (...args: unknown[]) => unknown)(...args);
          } finally {
            [run, isPersisting] = before;
          }
        };
      },
    });

  /** As Mastra's history does it. */
  const persist = async (own: object, threadId: string, messages: Message[]): Promise<void> => {
    const storage = within(own, true);
    const resourceId = messages[0]?.resourceId ?? threadId;
    if (!(await storage.getThreadById({ threadId })))
      await storage.saveThread({
        thread: {
          id: threadId,
          resourceId,
          title: '',
          metadata: {},
          createdAt: new Date(),
          updatedAt: new Date(),
        },
      });
    await storage.saveMessages({ messages });
  };

  const last = (own: object | undefined, threadId: string, perPage = 10, resourceId?: string) =>
    within(own).listMessages({
      threadId,
      ...(resourceId !== undefined && { resourceId }),
      page: 0,
      perPage,
      orderBy: { field: 'createdAt', direction: 'DESC' },
      includeTotal: false,
    });

  return { domain, clock, faults, within, persist, last };
}

/** A queue that writes when somebody waits for it, all in the order in which it came. */
export function lazyQueue({ write, lost }: Behind) {
  let waiting: (readonly MessageRow[])[] = [];
  return {
    async add(messages: readonly MessageRow[]) {
      waiting.push(messages);
    },
    async settled() {
      for (const messages of waiting.splice(0)) await write(messages);
    },
    waiting: () => waiting.flat().length,
    lose(threadId: string) {
      waiting = waiting.filter(([message]) => message?.threadId !== threadId);
      lost(threadId);
    },
  };
}

export const messageOf = (
  id: string,
  threadId: string,
  at: number,
  { text = id, role = 'user', resourceId = 'user', metadata }: MessageOptions = {},
): Message => ({
  id,
  threadId,
  resourceId,
  role,
  createdAt: new Date(at),
  content: { format: 2, parts: [{ type: 'text', text }], ...(metadata && { metadata }) },
});

export interface MessageOptions {
  readonly text?: string;
  readonly role?: 'user' | 'assistant';
  readonly resourceId?: string;
  readonly metadata?: Record<string, unknown>;
}

export const threadOf = (id: string, resourceId = 'user') => ({
  id,
  resourceId,
  title: `Title of ${id}`,
  metadata: { of: id },
  createdAt: new Date(1_750_000_000_000),
  updatedAt: new Date(1_750_000_000_000),
});
