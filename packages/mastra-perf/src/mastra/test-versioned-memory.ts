import { InMemoryDB, InMemoryMemory, type MemoryStorage } from '@mastra/core/storage';
import type { MemoryTraits, SavedThread } from '../history/memory-traits.ts';
import type { Message } from './memory-domain.ts';

/** By its registered name, as an adapter with another copy of the plugin has it. */
export const TRAITS = Symbol.for('mastra-perf.memory-traits');

/** Called before and after what a method does, which is done in one go. */
export type Gate = (method: string, when: 'before' | 'after') => Promise<void>;

/** What a thread held after a commit: the ids of its messages in order, with their content and owner. */
export interface Snapshot {
  readonly commit: number;
  readonly messages: string;
}

/**
 * Mastra's own memory domain in the memory of the process, which tells versions as a database would, keeps `createdAt` of what is
 * written over, and refuses messages of threads that are not there.
 */
export function versionedMemory(gate: Gate = () => Promise.resolve()) {
  const db = new InMemoryDB();
  const real = new InMemoryMemory({ db });
  const calls: string[] = [];
  const versions = new Map<string, { readonly text: string; readonly version: string }>();
  const history = new Map<string, Snapshot[]>();
  const told = new WeakMap<object, string>();
  let commits = 0;

  const textOf = (threadId: string): string =>
    JSON.stringify([db.threads.get(threadId), messagesOf(threadId)]);
  const messagesOf = (threadId: string) =>
    [...db.messages.values()]
      .filter((message) => message.thread_id === threadId)
      .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  /** Gives every thread that is not what it was another version. */
  const commit = (): void => {
    commits++;
    const threadIds = new Set([
      ...db.threads.keys(),
      ...versions.keys(),
      ...[...db.messages.values()].map((message) => message.thread_id),
    ]);
    for (const threadId of threadIds) {
      const text = textOf(threadId);
      if (versions.get(threadId)?.text === text) continue;
      versions.set(threadId, { text, version: `v${commits}` });
      const messages = viewOf(
        messagesOf(threadId).map(({ id, content, resourceId }) => ({
          id,
          resourceId,
          content: JSON.parse(content) as unknown,
        })),
      );
      history.set(threadId, [...(history.get(threadId) ?? []), { commit: commits, messages }]);
    }
  };

  const traits: MemoryTraits = {
    joinsSaves: true,
    versionOf: (thread) => told.get(thread),
    asRead(message) {
      const { type = 'text', ...rest } = message as unknown as Message;
      return {
        ...rest,
        type,
        createdAt: new Date(rest.createdAt),
        content: JSON.parse(JSON.stringify(rest.content)) as unknown,
      } as never;
    },
  };
  // At one moment with its version: nothing can come between.
  const threadNow = (threadId: string) => {
    const thread = structuredClone(db.threads.get(threadId));
    if (thread) told.set(thread, versions.get(threadId)?.version ?? 'none');
    return thread;
  };
  const getThreadById = async ({ threadId, resourceId }: { threadId: string; resourceId?: string }) => {
    const thread = threadNow(threadId);
    return thread && (resourceId === undefined || thread.resourceId === resourceId) ? thread : null;
  };
  const saveMessages = async ({ messages }: { messages: Message[] }) => {
    const threadIds = [...new Set(messages.map(({ threadId }) => threadId ?? ''))];
    const missing = threadIds.find((threadId) => !db.threads.has(threadId));
    if (missing !== undefined) throw new Error(`Thread ${missing} not found`);
    const before = new Map(threadIds.map((id) => [id, versions.get(id)?.version ?? 'none']));
    const updated = messages.map(({ id }) => id).filter((id) => db.messages.has(id));
    const kept = messages.map((message) => {
      const createdAt = db.messages.get(message.id)?.createdAt ?? message.createdAt;
      return { ...structuredClone(message), createdAt };
    });
    const saved = real.saveMessages({ messages: kept });
    commit();
    const threads = threadIds.map((threadId): SavedThread => ({
      thread: threadNow(threadId)!,
      before: before.get(threadId)!,
      version: versions.get(threadId)!.version,
    }));
    return { messages: structuredClone((await saved).messages), threads, updated };
  };
  const own = new Map<string, unknown>(Object.entries({ getThreadById, saveMessages }));

  const domain = new Proxy(real, {
    get(target, name) {
      if (name === TRAITS) return traits;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const method = (own.get(name) ?? value.bind(target)) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        calls.push(name);
        await gate(name, 'before');
        // It is done when the call returns; only its answer comes later.
        const answer = method(...structuredCloneable(args));
        commit();
        try {
          return await answer;
        } finally {
          await gate(name, 'after');
        }
      };
    },
  }) as MemoryStorage;

  return {
    domain,
    calls,
    commits: () => commits,
    /** What a thread has been, oldest first. */
    snapshots: (threadId: string): readonly Snapshot[] => history.get(threadId) ?? [],
    /** The method names called since the last time. */
    taken: () => calls.splice(0),
  };
}

/** A list of messages as a text, oldest first. */
export const viewOf = (
  messages: readonly {
    readonly id: string;
    readonly resourceId?: string | null;
    readonly content: unknown;
  }[],
): string => JSON.stringify(messages.map(({ id, resourceId, content }) => [id, resourceId ?? null, content]));

/** What a process sends to a database is a copy; functions cannot be sent, and are given as they are. */
const structuredCloneable = (args: readonly unknown[]): unknown[] =>
  args.map((arg) =>
    typeof arg === 'object' &&
    arg !== null &&
    !Object.values(arg).some((value) => typeof value === 'function')
      ? structuredClone(arg)
      : arg,
  );
