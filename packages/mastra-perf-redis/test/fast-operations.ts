import type { MastraDBMessage } from '@mastra/core/agent';
import type { MemoryStorage, StorageListMessagesInput, WorkflowsStorage } from '@mastra/core/storage';
import * as fc from 'fast-check';
import { message, T0 } from './fast-messages.ts';

export interface Storage {
  readonly memory: MemoryStorage;
  readonly runs: WorkflowsStorage;
}

/** Something that an app does with its storage; what it returns must be the same on every storage. */
export interface Operation {
  readonly name: string;
  readonly run: (storage: Storage) => Promise<unknown>;
}

/** Few of everything, so that they meet: ids, threads, resources, times. */
const threads = fc.constantFrom('t', 'u', 'v');
const resources = fc.constantFrom('r', 's');
const ids = fc.integer({ min: 0, max: 30 }).map((at) => `m${at}`);
const times = fc.integer({ min: 0, max: 12 });
const saved: fc.Arbitrary<MastraDBMessage> = fc
  .record({
    id: ids,
    thread: threads,
    resource: fc.oneof({ weight: 9, arbitrary: fc.constant('r') }, { weight: 1, arbitrary: resources }),
    at: times,
  })
  .map(({ id, at, ...place }) => message(id, at, place));

/** Mastra keeps a message that one save puts into two threads in both, and which of them is updated is up to the order of its keys. */
const batches = fc.uniqueArray(saved, { maxLength: 6, selector: ({ id }) => id });

const around = fc.constantFrom(undefined, 0, 1, 3);
const sides = fc.record({ id: ids, withPreviousMessages: around, withNextMessages: around });
const dates = fc
  .record({ start: times, end: times })
  .map(({ start, end }) => ({ start: new Date(T0 + start), end: new Date(T0 + end) }));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** Every way to ask, most of all the ways in which Mastra asks. */
export const questions: fc.Arbitrary<StorageListMessagesInput> = fc
  .record({
    threadId: fc.oneof(
      { weight: 9, arbitrary: threads },
      { weight: 1, arbitrary: fc.array(threads, { minLength: 1, maxLength: 2 }) },
    ),
    resourceId: maybe(resources),
    page: maybe(fc.constantFrom(0, 1, 2)),
    perPage: fc.constantFrom<(number | false | undefined)[]>(0, 1, 2, 3, 5, 10, 40, false, undefined),
    orderBy: maybe(
      fc.record({
        field: fc.constant('createdAt' as const),
        direction: fc.constantFrom('ASC' as const, 'DESC' as const),
      }),
    ),
    includeTotal: maybe(fc.boolean()),
    include: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.array(sides, { maxLength: 3 }) },
    ),
    filter: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: dates.map((dateRange) => ({ dateRange })) },
    ),
  })
  .map(
    (asked) => Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as never,
  );

/** A total that was not asked for is not one, says Mastra's type. */
export async function answerTo(memory: MemoryStorage, question: StorageListMessagesInput): Promise<unknown> {
  const { total, ...listed } = await memory.listMessages(question);
  return question.includeTotal === false ? listed : { ...listed, total };
}

export const op = <T>(
  name: string,
  given: fc.Arbitrary<T>,
  run: (storage: Storage, given: T) => Promise<unknown>,
): fc.Arbitrary<Operation> =>
  given.map((value) => ({ name: `${name} ${JSON.stringify(value)}`, run: (storage) => run(storage, value) }));

const thread = (id: string, resourceId: string) => ({
  id,
  resourceId,
  title: id,
  createdAt: new Date(T0),
  updatedAt: new Date(T0),
  metadata: { id },
});
const changes = fc.record(
  {
    id: ids,
    role: maybe(fc.constantFrom('user' as const, 'assistant' as const)),
    threadId: maybe(threads),
    resourceId: maybe(resources),
  },
  { requiredKeys: ['id'] },
);

export const memoryOperations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: op('saveMessages', batches, ({ memory }, messages) => memory.saveMessages({ messages })),
  },
  {
    weight: 3,
    arbitrary: op('updateMessages', fc.array(changes, { maxLength: 3 }), ({ memory }, messages) =>
      memory.updateMessages({ messages: messages as never }),
    ),
  },
  {
    weight: 2,
    arbitrary: op('deleteMessages', fc.array(ids, { maxLength: 3 }), ({ memory }, some) =>
      memory.deleteMessages(some),
    ),
  },
  {
    weight: 2,
    arbitrary: op('saveThread', fc.tuple(threads, resources), ({ memory }, [id, owner]) =>
      memory.saveThread({ thread: thread(id, owner) }),
    ),
  },
  {
    weight: 1,
    arbitrary: op('updateThread', fc.tuple(threads, ids), ({ memory }, [id, title]) =>
      memory.updateThread({ id, title, metadata: { title } }),
    ),
  },
  {
    weight: 1,
    arbitrary: op('deleteThread', threads, ({ memory }, threadId) => memory.deleteThread({ threadId })),
  },
  {
    weight: 1,
    arbitrary: op('cloneThread', fc.tuple(threads, threads), ({ memory }, [sourceThreadId, newThreadId]) =>
      memory.cloneThread({ sourceThreadId, newThreadId }),
    ),
  },
  {
    weight: 1,
    arbitrary: op('moveThread', fc.tuple(threads, resources), ({ memory }, [threadId, resourceId]) =>
      memory.updateThreadResourceId({ threadId, resourceId }),
    ),
  },
);
