import type { MemoryStorage } from '@mastra/core/storage';
import fc from 'fast-check';
import type { Message } from './memory-domain.ts';
import { messageOf, threadOf } from './test-memory-process.ts';

/** One thing that an app does with its memory. `run` is in which of some runs of agents, if in any. */
export type Step = { readonly run: number | undefined } & (
  | { readonly do: 'save'; readonly persisting: boolean; readonly messages: readonly Message[] }
  | { readonly do: 'call'; readonly method: Method; readonly args: readonly unknown[] }
  /** As every run begins. */
  | {
      readonly do: 'turn';
      readonly ask: Parameters<MemoryStorage['listMessages']>[0] & { readonly threadId: string };
    }
  | { readonly do: 'end run' }
);

type Method = Exclude<
  keyof MemoryStorage & string,
  'supportsObservationalMemory' | 'supportsPartialThreadUpdate'
>;

const THREADS = ['t1', 't2', 't3'];
/** Copies have the times of what they were copied from: what is saved to their threads might tie, and would be moved. */
const COPIES = ['t4', 't5'];
const RESOURCES = ['ann', 'bob'];
const START = 1_700_000_000_000;

const thread = fc.constantFrom(...THREADS);
const anyThread = fc.constantFrom(...THREADS, ...THREADS, ...COPIES);
const resource = fc.constantFrom(...RESOURCES);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const metadata = fc.record(
  { kind: fc.constantFrom('a', 'b'), level: fc.constantFrom(1, 2) },
  { requiredKeys: [] },
);

/** The number of a message tells its time, so no two of them tie; a few are saved late. */
const message = fc
  .record({
    number: fc.integer({ min: 0, max: 3000 }),
    threadId: thread,
    resourceId: resource,
    metadata,
    again: fc.nat(9),
  })
  .map(({ number, threadId, resourceId, metadata: own, again }) =>
    messageOf(`m${number}`, threadId, START + number * 10, {
      resourceId,
      role: number % 2 ? 'user' : 'assistant',
      text: `text ${number} ${again}`,
      metadata: own,
    }),
  );
const idOf = fc.integer({ min: 0, max: 3000 }).map((number) => `m${number}`);
const anyIds = fc.uniqueArray(idOf, { minLength: 1, maxLength: 5 });
const orderBy = fc.record({ field: fc.constant('createdAt'), direction: fc.constantFrom('ASC', 'DESC') });

const tail = fc
  .record({ threadId: anyThread, resourceId: maybe(resource), perPage: fc.constantFrom(1, 3, 10, 40, 60) })
  .map((asked) => ({
    ...dropUndefined(asked),
    page: 0,
    orderBy: { field: 'createdAt', direction: 'DESC' },
    includeTotal: false,
  }));
const list = fc.record(
  {
    threadId: fc.oneof(anyThread, fc.constant(['t1', 't4'])),
    resourceId: resource,
    page: fc.nat(2),
    perPage: fc.constantFrom(2, 5, 20),
    orderBy,
    include: fc.array(fc.record({ id: idOf, withPreviousMessages: fc.nat(2), withNextMessages: fc.nat(2) }), {
      maxLength: 2,
    }),
    filter: fc.record(
      {
        metadata: fc.record({ kind: fc.constantFrom('a', 'b') }),
        dateRange: fc.record({ start: fc.nat(3000).map((number) => new Date(START + number * 10)) }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['threadId', 'orderBy'] },
);

const call = (weight: number, method: Method, ...args: fc.Arbitrary<unknown>[]) => ({
  weight,
  arbitrary: fc.tuple(...args).map((given) => ({ do: 'call' as const, method, args: given })),
});

const change = fc.oneof(
  call(
    6,
    'getThreadById',
    fc.record({ threadId: anyThread, resourceId: resource }, { requiredKeys: ['threadId'] }),
  ),
  call(4, 'listMessages', tail),
  { weight: 10, arbitrary: tail.map((ask) => ({ do: 'turn' as const, ask })) },
  call(4, 'listMessages', list),
  call(1, 'listMessagesById', fc.record({ messageIds: anyIds })),
  call(1, 'listMessagesByResourceId', fc.record({ resourceId: resource, orderBy, perPage: fc.constant(20) })),
  call(
    1,
    'listThreads',
    fc.record({ filter: fc.record({ resourceId: resource }, { requiredKeys: [] }), orderBy }),
  ),
  call(
    2,
    'saveThread',
    fc
      .record({ id: thread, resourceId: resource })
      .map(({ id, resourceId }) => ({ thread: threadOf(id, resourceId) })),
  ),
  call(2, 'updateThread', fc.record({ id: anyThread, title: fc.string(), metadata })),
  call(1, 'patchThread', fc.record({ id: anyThread, metadata })),
  call(1, 'deleteThread', fc.record({ threadId: anyThread })),
  call(1, 'updateThreadResourceId', fc.record({ threadId: anyThread, resourceId: resource })),
  call(
    1,
    'updateMessages',
    fc.record({
      messages: fc.array(
        fc.record(
          {
            id: idOf,
            role: fc.constantFrom('user', 'assistant'),
            content: fc.record({ content: fc.string() }),
            threadId: thread,
          },
          { requiredKeys: ['id'] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  ),
  call(1, 'deleteMessages', anyIds),
  call(
    1,
    'cloneThread',
    fc.record(
      { sourceThreadId: anyThread, newThreadId: fc.constantFrom(...COPIES), resourceId: resource },
      { requiredKeys: ['sourceThreadId', 'newThreadId'] },
    ),
  ),
  call(
    1,
    'saveResource',
    resource.map((id) => ({ resource: threadOf(id) })),
  ),
  call(1, 'getResourceById', fc.record({ resourceId: resource })),
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('save' as const),
      persisting: fc.boolean(),
      messages: fc.uniqueArray(message, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end run' as const) }) },
);

/** The later a message is saved, the higher its number, but for some. */
const inOrder = (steps: readonly Step[]): Step[] => {
  let next = 10_000;
  return steps.map((step, index) =>
    step.do === 'save' && index % 5 !== 0
      ? {
          ...step,
          messages: step.messages.map(({ threadId, resourceId, role, content }) => {
            const number = next++;
            return {
              ...messageOf(`m${number}`, threadId!, START + number * 10),
              resourceId: resourceId!,
              role,
              content,
            };
          }),
        }
      : step,
  );
};

export const anySteps = (count: number): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.tuple(change, maybe(fc.nat(2))).map(([step, run]): Step => ({ ...step, run }) as Step),
      { minLength: count, maxLength: count, size: 'max' },
    )
    .map(inOrder);

const dropUndefined = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
