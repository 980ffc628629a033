import type { MemoryStorage } from '@mastra/core/storage';
import fc from 'fast-check';
import { AT, aMessage, text } from './fast-samples.ts';

/** One call of a memory domain, to be made on two of them. */
export interface Operation {
  readonly name: string;
  readonly run: (memory: MemoryStorage) => Promise<unknown>;
}

type Saved = Parameters<MemoryStorage['saveMessages']>[0]['messages'];
type Query = Parameters<MemoryStorage['listMessages']>[0];
type Updates = Parameters<MemoryStorage['updateMessages']>[0]['messages'];

const threadId = fc.integer({ min: 0, max: 4 }).map((n) => `t${n}`);
const anyThreadId = fc.oneof({ weight: 9, arbitrary: threadId }, fc.constantFrom('c0', 'c1', 'nowhere'));
const messageId = fc.integer({ min: 0, max: 29 }).map((n) => `m${n}`);
const resourceId = fc.constantFrom('alice', 'bob');
const role = fc.constantFrom('user' as const, 'assistant' as const);
/** Few, so that many are the same. */
const time = fc.integer({ min: 0, max: 12 }).map((n) => new Date(AT + n * 500));
const words = fc.string({ maxLength: 6, unit: 'binary' });
const metadata = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.integer(), words, fc.boolean()), {
  maxKeys: 2,
});
const content = fc
  .tuple(words, fc.option(metadata, { nil: undefined }))
  .map(([value, meta]) => ({ ...text(value), ...(meta && { metadata: meta }) }));

/**
 * Of no two messages the same within a thread: Mastra clones messages of the same time in any order, and a clone gets new ids.
 * A message and its clone do have the same time, which is what pages are to cope with.
 */
const timed = (given: { id: string; createdAt?: Date }) =>
  given.createdAt && {
    createdAt: new Date(AT + Number(given.id.slice(1)) * 200 + (given.createdAt.getTime() % 7)),
  };

const message = fc
  .record({ id: messageId, threadId: anyThreadId, resourceId, role, createdAt: time, content })
  .chain((given) =>
    fc.constantFrom<object>(
      given,
      given,
      { ...given, content: JSON.stringify(given.content) },
      { ...given, createdAt: undefined },
      { ...given, type: 'v2' },
    ),
  )
  .map((given) => aMessage('', given as never));
const messages = fc.array(message, { maxLength: 5 }).map((several) =>
  several.map((given, n) => ({
    ...given,
    ...timed(n === 0 ? given : { ...given, createdAt: new Date(AT + n) }),
  })),
);
const update = fc
  .record(
    { id: messageId, role, content, threadId, resourceId, createdAt: time, type: fc.constant('v2') },
    { requiredKeys: ['id'] },
  )
  .map((given) => ({ ...given, ...timed(given) }));

const page = {
  page: fc.integer({ min: 0, max: 3 }),
  perPage: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant(false as const)),
  includeTotal: fc.boolean(),
  orderBy: fc.record({ field: fc.constant('createdAt'), direction: fc.constantFrom('ASC', 'DESC') }),
  include: fc.array(
    fc.record({ id: messageId, withPreviousMessages: fc.nat(2), withNextMessages: fc.nat(2) }),
    { maxLength: 2 },
  ),
  filter: fc.record(
    {
      dateRange: fc.record({ start: time, end: time, startExclusive: fc.boolean() }, { requiredKeys: [] }),
      metadata,
    },
    { requiredKeys: [] },
  ),
};
const listed = fc.record(
  {
    threadId: fc.oneof(anyThreadId, fc.array(threadId, { minLength: 1, maxLength: 3 })),
    resourceId,
    ...page,
  },
  { requiredKeys: ['threadId'] },
);
const ofResource = fc.record({ resourceId, ...page }, { requiredKeys: ['resourceId'] });

const operation = <T>(
  weight: number,
  name: string,
  arbitrary: fc.Arbitrary<T>,
  run: (memory: MemoryStorage, input: T) => Promise<unknown>,
) => ({
  weight,
  arbitrary: arbitrary.map((input): Operation => ({
    name: `${name} ${JSON.stringify(input)}`,
    run: (memory) => run(memory, structuredClone(input)),
  })),
});

const thread = fc.record({
  id: threadId,
  resourceId,
  title: words,
  metadata,
  createdAt: time,
  updatedAt: time,
});
const patch = fc.record({ id: anyThreadId, title: words.filter((value) => !value.includes('\0')), metadata });

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  operation(12, 'saveMessages', messages, (memory, saved) =>
    memory.saveMessages({ messages: saved as Saved }),
  ),
  operation(5, 'updateMessages', fc.array(update, { maxLength: 4 }), (memory, updates) =>
    memory.updateMessages({ messages: updates as Updates }),
  ),
  operation(2, 'deleteMessages', fc.array(messageId, { maxLength: 3 }), (memory, ids) =>
    memory.deleteMessages(ids),
  ),
  operation(4, 'saveThread', thread, (memory, input) => memory.saveThread({ thread: input })),
  operation(1, 'updateThread', patch, (memory, input) => memory.updateThread(input)),
  operation(1, 'patchThread', patch, (memory, { id, metadata: meta }) =>
    memory.patchThread({ id, metadata: meta }),
  ),
  operation(1, 'updateThreadResourceId', fc.record({ threadId, resourceId }), (memory, input) =>
    memory.updateThreadResourceId(input),
  ),
  operation(
    1,
    'cloneThread',
    fc.record({ from: threadId, to: fc.constantFrom('c0', 'c1') }),
    (memory, { from, to }) => memory.cloneThread({ sourceThreadId: from, newThreadId: to }),
  ),
  operation(1, 'deleteThread', anyThreadId, (memory, id) => memory.deleteThread({ threadId: id })),
  operation(
    3,
    'getThreadById',
    fc.record({ threadId: anyThreadId, resourceId }, { requiredKeys: ['threadId'] }),
    (memory, input) => memory.getThreadById(input),
  ),
  operation(9, 'listMessages', listed, (memory, query) => memory.listMessages(query as Query)),
  operation(2, 'listMessagesById', fc.array(messageId, { maxLength: 4 }), (memory, messageIds) =>
    memory.listMessagesById({ messageIds }),
  ),
  operation(3, 'listMessagesByResourceId', ofResource, (memory, query) =>
    memory.listMessagesByResourceId(query as never),
  ),
  operation(
    2,
    'listThreads',
    fc.record({ filter: fc.record({ resourceId }), page: fc.nat(1), perPage: fc.constant(3) }),
    (memory, query) => memory.listThreads({ ...query, orderBy: { field: 'createdAt', direction: 'ASC' } }),
  ),
);
