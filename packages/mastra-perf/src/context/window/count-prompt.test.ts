import { describe, expect, it, vi } from 'vitest';
import type { PromptMessage } from '../../pipeline/call.ts';
import { newWork, type Work } from '../tokens/text-counts.ts';
import { createTokenCounting } from '../tokens/token-counting.ts';
import { countPrompt } from './count-prompt.ts';
import { lengthOf } from './length-of.ts';
import { markOf } from './mark.ts';
import { history } from './test-prompts.ts';

const GPT = 'openai/gpt-4o';
const options = { limit: 16_000, keepFirst: 0 };
const user = (content: unknown): PromptMessage => ({ role: 'user', content });

describe('counting a prompt', () => {
  it('is the sum of its messages where it is not over the limit', async () => {
    const counter = await createTokenCounting().load(GPT);
    const prompt = [{ role: 'system', content: 'You are the system.' }, ...history(60, 200)];
    const { tokens, units, exact } = countPrompt({ prompt, counter, work: newWork(), ...options });
    expect(tokens).toBe(prompt.reduce((sum, message) => sum + counter.message(message).tokens, 0));
    expect(units.reduce((sum, unit) => sum + unit.tokens, 0)).toBe(tokens);
    expect(exact).toBe(true);
  });

  it('counts what stays first, then the newest, and the rest by its length', async () => {
    const counter = await createTokenCounting().load(GPT);
    const prompt = [...history(400, 200), { role: 'system', content: 'late' }, user('the question')];
    const message = vi.fn<typeof counter.message>((...given) => counter.message(...given));
    const counted = countPrompt({
      prompt,
      counter: { message },
      work: newWork(),
      limit: 1000,
      keepFirst: 1,
    });
    const order = message.mock.calls.map(([each]) => prompt.indexOf(each as PromptMessage));
    expect(order.slice(0, 6)).toEqual([401, 400, 1, 0, 399, 398]);
    expect(order.length).toBeLessThan(40);
    expect(counted.exact).toBe(true);
    const all = prompt.reduce((sum, each) => sum + counter.message(each).tokens, 0);
    expect(Math.abs(counted.tokens / all - 1)).toBeLessThan(0.1);
  });

  it('is exact only if all is that may stay', async () => {
    const counter = await createTokenCounting().load(GPT);
    const call = { type: 'tool-call', toolCallId: '1', toolName: 'look', input: {} };
    const old = { role: 'assistant', content: [call] };
    const prompt = [user('q'), old, ...history(100, 200)];
    const exactFor = (limit: number) =>
      countPrompt({ prompt, counter, work: newWork(), limit, keepFirst: 0 }).exact;
    expect([exactFor(100_000), exactFor(500)]).toEqual([false, true]);
  });

  it('takes prompts of any shape', async () => {
    const counter = await createTokenCounting().load(GPT);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const prompt = [undefined, null, 7, 'text', [null, 7], [circle], circle].map((content) => user(content));
    for (const limit of [1, 1000])
      expect(countPrompt({ prompt, counter, work: newWork(), limit, keepFirst: 0 }).units).toHaveLength(7);
    expect(countPrompt({ prompt: [], counter, work: newWork(), ...options })).toEqual({
      units: [],
      tokens: 0,
      exact: true,
    });
  });
});

/** A counter that knows what each message has, and what it was asked for. */
function knowing(tokens: (message: PromptMessage) => number, exact = true) {
  const asked: unknown[] = [];
  const message = (given: unknown) => {
    asked.push(given);
    return { tokens: tokens(given as PromptMessage), exact };
  };
  return { asked, counter: { message } };
}
const work = (texts = 1): Work => ({ ...newWork(), texts });
const said = (characters: number, role = 'user'): PromptMessage => ({
  role,
  content: 'x'.repeat(characters),
});
const MESSAGE_FRAME = lengthOf(said(0));
/** A message as long as this to whoever measures it. */
const long = (length: number, role?: string) => said(length - MESSAGE_FRAME, role);

describe('a prompt that is too long', () => {
  it('is measured behind the limit as what was counted has tokens for its length', () => {
    const prompt = [long(1000), long(500), long(100), long(100)];
    const { counter, asked } = knowing((message) => lengthOf(message) / 2);
    const counted = countPrompt({ prompt, counter, work: work(), limit: 90, keepFirst: 0 });
    expect(asked).toEqual([prompt[3], prompt[2]]);
    expect(counted.units.map(({ tokens }) => tokens)).toEqual([500, 250, 50, 50]);
    expect(counted.tokens).toBe(850);
    expect(counted.exact).toBe(true);
  });

  it('is counted up to the limit, which may be reached', () => {
    const { counter, asked } = knowing(() => 10);
    const prompt = [long(20), long(20), long(20)];
    const counted = countPrompt({ prompt, counter, work: work(), limit: 10, keepFirst: 0 });
    expect(asked).toEqual([prompt[2], prompt[1]]);
    expect(counted.tokens).toBe(30);
  });

  it('has a mark for each turn that may be the first one, and for no other', () => {
    const prompt = [said(30, 'system'), ...[1, 2, 3, 4].map((size) => long(size * 20))];
    const { counter } = knowing(() => 10);
    const { units } = countPrompt({ prompt, counter, work: work(), limit: 25, keepFirst: 1 });
    const mark = (place: number) => markOf(prompt, place, place + 1);
    // The system message, the first turn and the last one are fixed and over the limit with each other.
    expect(units.map((unit) => unit.mark)).toEqual([0, 0, 0, 0, 0]);
    const wider = countPrompt({ prompt, counter, work: work(), limit: 30, keepFirst: 1 });
    expect(wider.units.map((unit) => unit.mark)).toEqual([0, 0, 0, mark(3), 0]);
    expect(wider.units.map(({ fixed }) => fixed)).toEqual([true, true, false, false, true]);
    expect(wider.units.map(({ from, to }) => [from, to])).toEqual([0, 1, 2, 3, 4].map((at) => [at, at + 1]));
  });

  it('is measured without a count by what English has', () => {
    const file = [{ type: 'file', data: 'x' }];
    const prompt = [long(101), user(file)];
    const { counter } = knowing(() => 1000);
    const counted = countPrompt({ prompt, counter, work: work(), limit: 10, keepFirst: 0 });
    expect(counted.units.map(({ tokens }) => tokens)).toEqual([26, 1000]);
    expect(counted.tokens).toBe(1026);
  });

  it('is not measured by files, which have tokens and no length', () => {
    const file = user([{ type: 'file', data: 'x' }]);
    const tokens = (message: PromptMessage) => (message === file ? 5000 : lengthOf(message) / 4);
    const prompt = [long(400), file, long(100)];
    const { counter } = knowing(tokens);
    const counted = countPrompt({ prompt, counter, work: work(), limit: 2000, keepFirst: 0 });
    expect(counted.units.map((unit) => unit.tokens)).toEqual([100, 5000, 25]);
  });

  it('takes no text for a file that has three tokens for each character', () => {
    const prompt = [long(100), long(50)];
    const { counter } = knowing((message) => 3 * lengthOf(message));
    const counted = countPrompt({ prompt, counter, work: work(), limit: 10, keepFirst: 0 });
    expect(counted.units.map((unit) => unit.tokens)).toEqual([300, 150]);
  });

  it('is not exact where it may stay and was not counted, for want of time', () => {
    const prompt = [long(100), long(40)];
    const { counter, asked } = knowing((message) => lengthOf(message));
    const counted = countPrompt({ prompt, counter, work: work(0), limit: 1000, keepFirst: 0 });
    expect(asked).toEqual([prompt[1]]);
    expect(counted).toMatchObject({ exact: false, tokens: 140 });
    expect(counted.units[0]!.mark).toBe(markOf(prompt, 0, 1));
  });

  it('is told so where what was not counted reaches the limit, which it may', () => {
    const prompt = [long(100), long(100), long(40)];
    const { counter } = knowing((message) => lengthOf(message));
    const counted = countPrompt({ prompt, counter, work: work(0), limit: 140, keepFirst: 0 });
    expect(counted.units.map(({ mark }) => mark)).toEqual([markOf(prompt, 0, 1), markOf(prompt, 1, 2), 0]);
  });

  it('measures all messages of a turn', () => {
    const prompt = [long(100), long(60, 'assistant'), long(40, 'assistant'), long(10)];
    const { counter } = knowing((message) => lengthOf(message));
    const counted = countPrompt({ prompt, counter, work: work(), limit: 5, keepFirst: 0 });
    expect(counted.units.map(({ tokens }) => tokens)).toEqual([200, 10]);
  });

  it('is not exact once one message is not, whatever comes after it', () => {
    const last = long(10);
    const counter = { message: (given: unknown) => ({ tokens: 1, exact: given !== last }) };
    const prompt = [long(10), last];
    expect(countPrompt({ prompt, counter, work: work(), ...options }).exact).toBe(false);
    expect(countPrompt({ prompt, counter: knowing(() => 1).counter, work: work(), ...options }).exact).toBe(
      true,
    );
  });
});
