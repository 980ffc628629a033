import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { joinSaves, type JoinBounds } from './joined-saves.ts';
import type { MessageRow, SaveResult } from './rows.ts';

const message = (id: string, threadId: string): MessageRow => ({ id, threadId, createdAt: new Date(1000) });
const bounds: JoinBounds = { maxSaves: 1, maxMessages: 500, maxBytes: 1e6 };

/** Saves that answer when they are let. */
function setUp(given: Partial<JoinBounds> = {}) {
  const calls: Array<{
    readonly ids: string[];
    readonly answer: () => Promise<void>;
    readonly fail: (error: Error) => Promise<void>;
  }> = [];
  const underWay = new Set<string>();
  const clock = testClock();
  const save = (messages: MessageRow[]): Promise<SaveResult<MessageRow>> =>
    new Promise((resolve, reject) => {
      const threadIds = [...new Set(messages.map(({ threadId }) => threadId!))];
      for (const id of threadIds) expect(underWay).not.toContain(id);
      for (const id of threadIds) underWay.add(id);
      const end = async (settle: () => void): Promise<void> => {
        for (const id of threadIds) underWay.delete(id);
        settle();
        await settled();
      };
      const result = {
        messages,
        updated: messages.map(({ id }) => id),
        threads: threadIds.map((id) => ({ thread: { id }, before: '1', version: '2' })),
      };
      calls.push({
        ids: messages.map(({ id }) => id),
        answer: () => end(() => resolve(result)),
        fail: (error) => end(() => reject(error)),
      });
    });
  return { calls, clock, save: joinSaves(save, clock, { ...bounds, ...given }) };
}

describe('joinSaves', () => {
  it('saves at once when nothing is under way, and together what comes meanwhile', async () => {
    const { calls, save } = setUp();
    const all = ['a', 'b', 'c'].map((id) => save([message(id, `of ${id}`)]));
    expect(calls.map(({ ids }) => ids)).toEqual([['a']]);
    await calls[0]!.answer();
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']]);
    await calls[1]!.answer();
    for (const [index, result] of (await Promise.all(all)).entries()) {
      const id = 'abc'[index]!;
      expect(result.messages.map((one) => one.id)).toEqual([id]);
      expect(result.updated).toEqual([id]);
      expect(result.threads!.map(({ thread }) => thread)).toEqual([{ id: `of ${id}` }]);
    }
  });

  it('does not let saves that hang, as those of a locked thread do, keep other threads waiting', async () => {
    const { calls, clock, save } = setUp({ maxSaves: 2 });
    const all = ['a', 'b', 'c'].map((id) => save([message(id, id)]));
    void save([message('a2', 'a')]);
    clock.advance(999);
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
    clock.advance(1);
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c']]);
    await calls[2]!.answer();
    await all[2];
    for (const { answer } of calls.slice(0, 2)) await answer();
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c'], ['a2']]);
    await calls[3]!.answer();
    // As many as before may be under way.
    for (const id of ['d', 'e', 'f']) void save([message(id, id)]);
    expect(calls.slice(4).map(({ ids }) => ids)).toEqual([['d'], ['e']]);
  });

  it('lets as many be under way as it may', () => {
    const { calls, save } = setUp({ maxSaves: 2 });
    for (const id of ['a', 'b', 'c']) void save([message(id, id)]);
    expect(calls).toHaveLength(2);
  });

  it('never has two saves of a thread under way, nor one message twice in a save', async () => {
    const { calls, save } = setUp({ maxSaves: 4 });
    for (const id of ['a', 'b', 'a', 'c']) void save([message(id, 't')]);
    void save([message('d', 'other')]);
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['d']]);
    await calls[0]!.answer();
    expect(calls[2]!.ids).toEqual(['b', 'a', 'c']);
    void save([message('e', 't')]);
    void save([message('e', 'u')]);
    await calls[2]!.answer();
    expect(calls.slice(3).map(({ ids }) => ids)).toEqual([['e']]);
    await calls[3]!.answer();
    expect(calls[4]!.ids).toEqual(['e']);
  });

  it('bounds the messages and the bytes of a save, but parts no caller from his own', async () => {
    const few = setUp({ maxMessages: 2 });
    void few.save([message('a', 'a')]);
    void few.save(['b', 'c', 'd'].map((id) => message(id, 'b')));
    for (const id of ['e', 'f', 'g']) void few.save([message(id, id)]);
    for (let n = 0; n < 4; n++) await few.calls[n]!.answer();
    expect(few.calls.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f'], ['g']]);
    const small = setUp({ maxBytes: 1 });
    for (const id of ['a', 'b', 'c']) void small.save([message(id, id)]);
    await small.calls[0]!.answer();
    expect(small.calls[1]!.ids).toEqual(['b']);
  });

  it('repeats each part alone when they fail together: only who is wrong fails', async () => {
    const { calls, save } = setUp();
    const error = new Error('Thread b not found');
    const [a, b, c] = ['a', 'b', 'c'].map((id) => save([message(id, id)]));
    const failed = vi.fn();
    b!.catch(failed);
    await calls[0]!.answer();
    await calls[1]!.fail(new Error('together'));
    expect(calls[2]!.ids).toEqual(['b']);
    await calls[2]!.fail(error);
    expect(failed.mock.calls).toEqual([[error]]);
    expect(calls[3]!.ids).toEqual(['c']);
    await calls[3]!.answer();
    expect((await a!).messages).toHaveLength(1);
    expect((await c!).messages).toHaveLength(1);
    void save([message('d', 'd')]);
    expect(calls[4]!.ids).toEqual(['d']);
  });

  it('keeps the order of each thread, and answers everybody, whatever fails', async () => {
    const plan = fc.array(
      fc.record({ threadId: fc.constantFrom('a', 'b', 'c'), which: fc.nat(5), fails: fc.boolean() }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const { calls, save } = setUp({ maxSaves: 2, maxMessages: 3 });
        const done = new Set<unknown>();
        const answers: unknown[] = [];
        const orders: string[] = [];
        const endOne = async (which: number, fails: boolean): Promise<void> => {
          const open = calls.filter((one) => !done.has(one));
          const one = open[which % Math.max(1, open.length)];
          if (!one) return;
          done.add(one);
          if (!fails) orders.push(...one.ids);
          await (fails ? one.fail(new Error('failed')) : one.answer());
        };
        for (const [index, { threadId, which, fails }] of steps.entries()) {
          save([message(`${threadId} ${index}`, threadId)]).then(
            (result) => answers.push(result),
            (error: unknown) => answers.push(error),
          );
          if (index % 2) await endOne(which, fails);
        }
        for (let n = 0; n < 200 && answers.length < steps.length; n++) await endOne(0, false);
        expect(answers).toHaveLength(steps.length);
        for (const threadId of ['a', 'b', 'c']) {
          const own = orders.filter((id) => id.startsWith(threadId)).map((id) => Number(id.slice(2)));
          expect(own).toEqual(own.toSorted((x, y) => x - y));
        }
      }),
      { numRuns: 200 },
    );
  });
});
