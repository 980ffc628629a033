import type { MemoryStorage } from '@mastra/core/storage';
import type { Clock } from '../base/clock.ts';
import type { History } from '../history/history.ts';
import type { ThreadStore } from '../history/thread-store.ts';
import { decorate } from './domains.ts';
import { isAsync, otherMethod, type OtherMethod } from './memory-domain-methods.ts';
import { tailRequest } from './memory-domain-request.ts';

export type Thread = Awaited<ReturnType<MemoryStorage['saveThread']>>;
export type Message = Awaited<ReturnType<MemoryStorage['saveMessages']>>['messages'][number];

export interface MemoryDomainOptions {
  readonly clock: Clock;
  /** Makes what remembers threads and messages of this domain. */
  readonly history: (store: ThreadStore<Thread, Message>) => History<Thread, Message>;
}

/** A memory domain of Mastra's storage that reads a thread once per run, and the last messages only when it has to. */
export function memoryDomain(
  inner: MemoryStorage,
  { clock, history: make }: MemoryDomainOptions,
): MemoryStorage {
  const history = make({
    getThread: (threadId) => inner.getThreadById({ threadId }),
    createThread: (id, resourceId) => {
      const [createdAt, updatedAt] = [new Date(clock.now()), new Date(clock.now())];
      return inner.saveThread({ thread: { id, resourceId, title: '', metadata: {}, createdAt, updatedAt } });
    },
    saveMessages: (messages) => inner.saveMessages({ messages }),
  });
  const ofThread = <R>(threadId: string, perform: () => Promise<R>): Promise<R> =>
    history.write({ threads: [threadId], what: 'all' }, perform);
  const ofRow = <R>(threadId: string, perform: () => Promise<R>): Promise<R> =>
    history.write({ threads: [threadId], what: 'row' }, perform);
  const ofAll = <R>(perform: () => Promise<R>): Promise<R> =>
    history.write({ threads: 'all', what: 'all' }, perform);
  const ofCopy = <R extends { readonly thread: Thread }>(
    { sourceThreadId, newThreadId }: Parameters<MemoryStorage['copyThread']>[0],
    perform: () => Promise<R>,
  ): Promise<R> => {
    const threads = newThreadId === undefined ? [sourceThreadId] : [sourceThreadId, newThreadId];
    return history.write({ threads, what: 'all' }, perform, ({ thread }) => ({ threads: [thread.id] }));
  };
  const afterAll = async <R>(read: () => Promise<R>): Promise<R> => {
    await history.settled('all');
    return read();
  };

  const reads = {
    getThreadById: (args) => history.getThread(args, () => inner.getThreadById(args)),
    async listMessages(args) {
      const request = tailRequest(args);
      const page =
        request &&
        (await history.lastMessages(request, (perPage) => inner.listMessages({ ...args, perPage })));
      if (page) {
        const { messages, hasMore } = page;
        // Whoever does without a total gets the number of messages from other storages as well.
        return { messages, hasMore, total: messages.length, page: 0, perPage: request.count };
      }
      const { threadId, include } = args;
      await history.settled(include?.length ? 'all' : [threadId].flat());
      return inner.listMessages(args);
    },
    listMessagesById: (args) => afterAll(() => inner.listMessagesById(args)),
    listMessagesByResourceId: (args) => afterAll(() => inner.listMessagesByResourceId(args)),
    listThreads: (args) => afterAll(() => inner.listThreads(args)),
  } satisfies Partial<MemoryStorage>;

  const writes = {
    saveThread: (args) =>
      history.write(
        { threads: [args.thread.id], what: 'all' },
        () => inner.saveThread(args),
        (thread) => ({ thread }),
      ),
    updateThread: (args) => ofRow(args.id, () => inner.updateThread(args)),
    patchThread: (args) => ofRow(args.id, () => inner.patchThread(args)),
    updateThreadMetadata: (args) => ofRow(args.id, () => inner.updateThreadMetadata(args)),
    updateThreadResourceId: (args) => ofThread(args.threadId, () => inner.updateThreadResourceId(args)),
    async deleteThread(args) {
      await ofThread(args.threadId, () => inner.deleteThread(args));
      history.deleted(args);
    },
    saveMessages: (args) => history.saveMessages(args.messages),
    updateMessages: (args) => ofAll(() => inner.updateMessages(args)),
    async deleteMessages(ids) {
      await ofAll(() => inner.deleteMessages(ids));
      history.deleted({ ids });
    },
    copyThread: (args) => ofCopy(args, () => inner.copyThread(args)),
    cloneThread: (args) => ofCopy(args, () => inner.cloneThread(args)),
    async dangerouslyClearAll() {
      await ofAll(() => inner.dangerouslyClearAll());
      history.deleted('all');
    },
  } satisfies Partial<MemoryStorage>;

  const other =
    ({ method, isRead }: OtherMethod) =>
    (...args: unknown[]): unknown => {
      const perform = (): unknown => method.apply(inner, args);
      if (isAsync(method)) {
        const performAsync = perform as () => Promise<unknown>;
        return isRead ? afterAll(performAsync) : ofAll(performAsync);
      }
      if (isRead) return perform();
      history.forget();
      const result = perform();
      if (result instanceof Promise) return result.finally(() => history.forget());
      history.forget();
      return result;
    };

  return decorate(inner, { ...reads, ...writes }, (name, method) => {
    const found = otherMethod(name, method);
    return found && other(found);
  });
}
