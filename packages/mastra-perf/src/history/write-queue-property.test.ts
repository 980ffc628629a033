import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { queueOnHeldStore, row, type HeldWrite, type Row } from './test-write-store.ts';

vi.setConfig({ testTimeout: 120_000 });

type Step =
  | { readonly do: 'add'; readonly rows: ReadonlyArray<readonly [thread: number, id: number]> }
  | { readonly do: 'succeed' | 'fail' | 'fail late'; readonly which: number }
  | { readonly do: 'read'; readonly thread: number }
  | { readonly do: 'flush' }
  | { readonly do: 'turn' }
  | { readonly do: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      rows: fc.array(fc.tuple(fc.nat(3), fc.nat(7)), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('succeed' as const, 'fail' as const, 'fail late' as const),
      which: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), thread: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'turn' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(50, 300, 2_000) }),
  },
);

/** What a storage keeps of a message: content of the last version, its creation and so its place from the first. */
type Kept = Map<string, { readonly text: string; readonly threadId: string; readonly created: string }>;

const keep = (kept: Kept, { id, text, threadId }: Row): void =>
  void kept.set(id, { text, threadId, created: kept.get(id)?.created ?? text });

const assertApart = (held: readonly HeldWrite[]): void => {
  const threads = held.flatMap(({ rows }) => [...new Set(rows.map(({ threadId }) => threadId))]);
  expect(new Set(threads).size, 'one write of a thread at a time').toBe(threads.length);
  for (const { rows } of held)
    expect(new Set(rows.map(({ id }) => id)).size, 'a message once in a write').toBe(rows.length);
};

it('whatever is added and whatever fails, the store holds in the end what writing one after the other had left there', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(3, 1000),
      async (steps, joins, maxWrites, maxMessages) => {
        const stage = queueOnHeldStore({ joins, maxWrites, maxMessages });
        const { queue, held, lost, turn, clock } = stage;
        const stored: Kept = new Map();
        const expected: Kept = new Map();
        let versions = 0;
        /** The store may have taken what it says it has not. */
        const end = (write: HeldWrite, how: 'succeed' | 'fail' | 'fail late'): void => {
          if (how !== 'fail') for (const one of write.rows) keep(stored, one);
          if (how === 'succeed') write.succeed();
          else write.fail();
        };
        const play = async (one: Step): Promise<void> => {
          if (one.do === 'add') {
            const rows = one.rows.map(([thread, id]) => row(`t${thread}`, `m${id}`, `v${versions++}`));
            for (const each of rows) keep(expected, each);
            void queue.add(rows);
          } else if (one.do === 'read') queue.settled(`t${one.thread}`).catch(() => undefined);
          else if (one.do === 'flush') queue.flush().catch(() => undefined);
          else if (one.do === 'turn') await turn();
          else if (one.do === 'pass') clock.advance(one.ms);
          else {
            const write = held[one.which % held.length];
            if (write) end(write, one.do);
            await Promise.resolve();
          }
        };
        for (const one of steps) {
          await play(one);
          assertApart(held);
        }
        for (let round = 0; round < 500 && queue.state().messages > 0; round++) {
          await turn();
          assertApart(held);
          for (const write of [...held]) end(write, 'succeed');
          await turn();
          clock.advance(1_000);
        }
        await turn();
        expect(queue.state()).toMatchObject({ messages: 0, bytes: 0, threads: 0, oldestMs: 0 });
        expect(lost).toEqual([]);
        expect(stored).toEqual(expected);
        await queue.close({ timeoutMs: 1 });
        expect(clock.timers()).toBe(0);
      },
    ),
    { numRuns: 1500 },
  ));
