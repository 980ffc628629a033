import { gate } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../../base/test-clock.ts';
import type { PromptMessage } from '../../pipeline/call.ts';
import { coveredCount, createMessageHashes } from './message-hashes.ts';
import { createRollingSummary, type RollingRequest, type RollingSummaryOptions } from './rolling-summary.ts';

const said = (text: string, role = 'user'): PromptMessage => ({ role, content: [{ type: 'text', text }] });
/** Each has more than 100 tokens. */
const talk = (messages: number, about = 'topic'): PromptMessage[] =>
  Array.from({ length: messages }, (_, at) =>
    said(`${about} ${at}: ${'words that say more of it '.repeat(20)}`, at % 2 ? 'assistant' : 'user'),
  );

function summaryWith(
  answer: (request: RollingRequest, times: number) => unknown,
  options: Partial<RollingSummaryOptions> = {},
) {
  const clock = testClock();
  const asked: RollingRequest[] = [];
  const faults: unknown[] = [];
  const rolling = createRollingSummary({
    ask: async (request) => {
      asked.push(request);
      return (await answer(request, asked.length)) as string;
    },
    clock,
    maxTokens: 60,
    random: () => 0,
    fault: (_, error) => faults.push(error),
    ...options,
  });
  return { rolling, clock, asked, faults };
}

const numbered = (_: RollingRequest, times: number): string => `Summary ${times}.`;

describe('messages that are covered', () => {
  const all = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

  it('are those that were summarised, also where a history begins later', () => {
    expect(coveredCount(all(0, 10), all(0, 15))).toBe(10);
    expect(coveredCount(all(0, 10), all(4, 15))).toBe(6);
    expect(coveredCount(all(0, 10), all(7, 15))).toBe(3);
  });

  it('are none of a history that has too little in common, was changed or is shorter', () => {
    expect(coveredCount(all(0, 10), all(8, 15))).toBe(0);
    expect(coveredCount(all(0, 10), all(0, 9))).toBe(0);
    expect(coveredCount(all(0, 10), [0, 1, 2, 99, ...all(4, 15)])).toBe(0);
    expect(coveredCount(all(0, 10), [4, 5, 99, ...all(7, 15)])).toBe(0);
    expect(coveredCount([], all(0, 3))).toBe(0);
    expect(coveredCount(all(0, 2), all(0, 5))).toBe(2);
  });

  it('are known by what they say', () => {
    const { of } = createMessageHashes();
    expect(createMessageHashes().of(talk(3))).toEqual(of(talk(3)));
    expect(new Set([...of(talk(3)), ...of(talk(3, 'other'))]).size).toBe(6);
  });
});

describe('a rolling summary', () => {
  it('is made beside the call, and covers all that was dropped once it is ready', async () => {
    const { rolling, asked } = summaryWith(numbered);
    const dropped = talk(6);
    expect(rolling.summaryFor(dropped, 'a')).toBeUndefined();
    expect(asked).toEqual([]);
    await rolling.idle();
    expect(rolling.summaryFor(dropped, 'a')).toEqual({ text: 'Summary 1.', messages: 6 });
    await rolling.idle();
    expect(asked).toHaveLength(1);
    expect(asked[0]!.text).toMatch(/^user: topic 0: .*\nassistant: topic 1/);
  });

  it('goes on from the one before, which stands in until the next is ready', async () => {
    const { rolling, asked } = summaryWith(numbered);
    rolling.summaryFor(talk(4), 'a');
    await rolling.idle();
    expect(rolling.summaryFor(talk(6), 'a')).toEqual({ text: 'Summary 1.', messages: 4 });
    await rolling.idle();
    expect(rolling.summaryFor(talk(6), 'a')).toEqual({ text: 'Summary 2.', messages: 6 });
    expect(asked[1]!.text).toMatch(/^Summary 1\.\nuser: topic 4/);
    expect(asked[1]!.text).not.toContain('topic 3');
    expect(rolling.summaryFor(talk(5), 'a')).toEqual({ text: 'Summary 1.', messages: 4 });
  });

  it('goes on where a store gives back the last messages only', async () => {
    const { rolling, asked } = summaryWith(numbered);
    rolling.summaryFor(talk(8), 'a');
    await rolling.idle();
    expect(rolling.summaryFor(talk(8).slice(2), 'a')).toEqual({ text: 'Summary 1.', messages: 6 });
    expect(rolling.summaryFor(talk(10).slice(4), 'a')).toEqual({ text: 'Summary 1.', messages: 4 });
    await rolling.idle();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.text).toMatch(/^Summary 1\.\nuser: topic 8/);
  });

  it('takes what fits word for word, without asking', async () => {
    const { rolling, asked } = summaryWith(numbered);
    const short = [said('I am Ann.'), said('Hello Ann!', 'assistant')];
    expect(rolling.summaryFor(short, 'a')).toEqual({
      text: 'user: I am Ann.\nassistant: Hello Ann!',
      messages: 2,
    });
    await rolling.idle();
    expect(asked).toEqual([]);
  });

  it('is never that of another conversation, or of one that said something else', async () => {
    const { rolling } = summaryWith(numbered);
    rolling.summaryFor(talk(4), 'agent/ann/1');
    await rolling.idle();
    expect(rolling.summaryFor(talk(4), 'agent/bob/1')).toBeUndefined();
    expect(rolling.summaryFor(talk(4, 'other'), 'agent/ann/1')).toBeUndefined();
    expect(rolling.summaryFor([...talk(3), said('changed')], 'agent/ann/1')).toBeUndefined();
    await rolling.idle();
  });

  it('is made once at a time for a conversation, and for several at once', async () => {
    const door = gate();
    const { rolling, asked } = summaryWith(async () => {
      await door.wait();
      return 'Summary.';
    });
    for (const messages of [4, 5, 6]) for (const key of ['a', 'b']) rolling.summaryFor(talk(messages), key);
    await settled();
    expect(asked).toHaveLength(2);
    door.open();
    await rolling.idle();
    expect(rolling.summaryFor(talk(6), 'a')?.messages).toBe(4);
    await rolling.idle();
  });

  it('is made of a long conversation in several requests', async () => {
    const { rolling, asked } = summaryWith(numbered);
    const long = talk(300);
    rolling.summaryFor(long, 'a');
    await rolling.idle();
    expect(asked.length).toBeGreaterThan(2);
    for (const { text } of asked) expect(text.length).toBeLessThanOrEqual(40_000);
    expect(rolling.summaryFor(long, 'a')).toEqual({ text: `Summary ${asked.length}.`, messages: 300 });
  });

  it.each([
    ['longer', ({ text }: RollingRequest) => text + text],
    ['too long', ({ text }: RollingRequest) => text.slice(0, 500)],
    ['empty', () => ''],
    ['no text', () => ({ text: 'x' })],
    ['an error', () => Promise.reject(new Error('down'))],
  ])('is not made of an answer that is %s, and is not asked for again at once', async (_, answer) => {
    const { rolling, asked, faults, clock } = summaryWith(answer);
    for (const [afterMs, times] of [
      [0, 1],
      [29_999, 1],
      [1, 2],
    ] as const) {
      clock.advance(afterMs);
      expect(rolling.summaryFor(talk(4), 'a')).toBeUndefined();
      await rolling.idle();
      expect(asked).toHaveLength(times);
      expect(faults).toHaveLength(times);
    }
    expect(clock.timers()).toBe(0);
  });

  it('gives up on a summarizer that hangs, and leaves no timer', async () => {
    const { rolling, asked, clock, faults } = summaryWith(() => new Promise(() => undefined));
    rolling.summaryFor(talk(4), 'a');
    await settled();
    clock.advance(30_000);
    await rolling.idle();
    expect(asked[0]!.signal.aborted).toBe(true);
    expect(faults).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('is not begun by what its own summarizer asks', async () => {
    const { rolling, asked } = summaryWith(() => {
      rolling.summaryFor(talk(4, 'inner'), 'summarizer');
      return 'Summary.';
    });
    rolling.summaryFor(talk(4), 'a');
    await rolling.idle();
    await settled();
    expect(asked).toHaveLength(1);
  });

  it('waits for nothing when there is no room in the background, and is tried again', async () => {
    const room = { isThere: false };
    const run = (task: () => Promise<void>): boolean => {
      if (room.isThere) void task();
      return room.isThere;
    };
    const { rolling } = summaryWith(numbered, { background: { run } });
    expect(rolling.summaryFor(talk(4), 'a')).toBeUndefined();
    await rolling.idle();
    room.isThere = true;
    rolling.summaryFor(talk(4), 'a');
    await rolling.idle();
    expect(rolling.summaryFor(talk(4), 'a')?.messages).toBe(4);
  });

  it('tells of a message that cannot be known, and does not throw', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const { rolling, faults } = summaryWith(numbered);
    expect(rolling.summaryFor([{ role: 'user', content: [cyclic] }], 'a')).toBeUndefined();
    expect(faults).toHaveLength(1);
  });

  it('covers a beginning of what was dropped and fits, whatever is said and answered', async () => {
    const anyTalk = fc.array(fc.lorem({ maxCount: 40 }), { maxLength: 12 });
    const anyAnswer = fc.oneof(fc.lorem({ maxCount: 60 }), fc.anything());
    await fc.assert(
      fc.asyncProperty(
        anyTalk,
        fc.array(anyAnswer, { minLength: 1 }),
        fc.nat(12),
        async (texts, answers, more) => {
          const count = (text: string): number => text.split(/\s+/).length;
          const { rolling } = summaryWith((_, times) => answers[times % answers.length], {
            count,
            maxTokens: 30,
          });
          const messages = texts.map((text) => said(text));
          for (const dropped of [messages.slice(0, more), messages, messages]) {
            const summary = rolling.summaryFor(dropped, 'a');
            if (summary) {
              expect(count(summary.text)).toBeLessThanOrEqual(30);
              expect(summary.messages).toBeLessThanOrEqual(dropped.length);
              expect(summary.messages).toBeGreaterThan(0);
            }
            await rolling.idle();
          }
        },
      ),
    );
  });
});
