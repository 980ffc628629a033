import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Encoder } from './encoder.ts';
import { SENTENCES } from './test-texts.ts';
import { createTokenCounting, type CountedRequest } from './token-counting.ts';

const GPT = 'openai/gpt-4o-mini';
const CLAUDE = 'anthropic/claude-sonnet-4-5';

const user = (content: unknown) => ({ role: 'user', content });
const text = (content: string) => ({ type: 'text', text: content });
const tool = {
  type: 'function',
  name: 'sum',
  inputSchema: { type: 'object', properties: { a: { type: 'number' } } },
};
const call = { type: 'tool-call', toolCallId: '1', toolName: 'sum', input: { a: 1 } };

/** Every character is a token. */
function counting() {
  const encode = vi.fn<Encoder>((given) => given.length);
  const loadEncoder = vi.fn<() => Promise<Encoder>>(async () => encode);
  return { encode, loadEncoder, ...createTokenCounting({ load: loadEncoder }) };
}

describe('token counting', () => {
  it('estimates until the vocabulary is there, and loads it once', async () => {
    const { counterOf, loadEncoder, ...tokens } = counting();
    const early = counterOf(GPT);
    expect(early.text('hello there')).toEqual({ tokens: 2, exact: false });
    const [late] = await Promise.all([tokens.load(GPT), tokens.load('gpt-4o'), tokens.load(GPT)]);
    expect(late.text('hello there')).toEqual({ tokens: 11, exact: true });
    // The window of one call is not counted in two ways.
    expect(early.text('hello there')).toEqual({ tokens: 2, exact: false });
    expect(counterOf('gpt-4.1').text('hello there').tokens).toBe(11);
    expect(loadEncoder).toHaveBeenCalledOnce();
  });

  it('loads nothing for the models of others', async () => {
    const { loadEncoder, ...tokens } = counting();
    for (const model of [CLAUDE, 'google/gemini-2.5-pro', 'x/y', 'groq/llama-3.3-70b'])
      expect((await tokens.load(model)).text('hello there').exact).toBe(false);
    expect(loadEncoder).not.toHaveBeenCalled();
  });

  it('goes on with estimates, and tells once, where the vocabulary cannot be loaded', async () => {
    const fault = vi.fn<(where: string, error: unknown) => void>();
    const missing = new Error('no gpt-tokenizer');
    const tokens = createTokenCounting({ fault, load: () => Promise.reject(missing) });
    for (let time = 0; time < 3; time++)
      expect((await tokens.load(GPT)).text('hello there')).toEqual({ tokens: 2, exact: false });
    expect(fault.mock.calls).toEqual([['context.tokens', missing]]);
  });

  it('is exact for chats whose frame is published, and for nothing that is only known to the provider', async () => {
    const tokens = counting();
    const [gpt, reasoning] = [await tokens.load(GPT), await tokens.load('o3')];
    const chat = { prompt: [user('Hi'), user([text('you'), text('there')])] };
    expect(gpt.request(chat)).toEqual({ tokens: 3 + 4 + 2 + 4 + 8, exact: true, estimate: undefined });
    expect(reasoning.request(chat)).toMatchObject({ exact: false });
    expect(reasoning.text('Hi').exact).toBe(true);
    const image = { type: 'file', mediaType: 'image/png', data: 'https://x.test/a.png' };
    const others: CountedRequest[] = [
      { ...chat, tools: [tool] },
      { ...chat, responseFormat: { type: 'json', schema: { type: 'object' } } as never },
      { prompt: [user([image])] },
      { prompt: [{ role: 'assistant', content: [call] }] },
    ];
    for (const request of others) {
      const { tokens: counted, exact } = gpt.request(request);
      expect(exact).toBe(false);
      expect(counted).toBeGreaterThan(3);
    }
  });

  it('is the sum of the messages and of what stands beside them, in any order and for every model', async () => {
    const tokens = counting();
    await tokens.load(GPT);
    tokens.calibrate(CLAUDE, 1000, 1234);
    const content = fc.constantFrom(...Object.values(SENTENCES));
    const message = fc.oneof(
      content.map(user),
      content.map((given) => user([text(given)])),
      fc.constant({ role: 'assistant', content: [call] }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.constantFrom(GPT, CLAUDE, 'x/y'),
        fc.boolean(),
        (prompt, model, withTools) => {
          const counter = tokens.counterOf(model);
          const rest = withTools ? { tools: [tool] } : {};
          const whole = counter.request({ prompt, ...rest }).tokens;
          const sum = prompt.reduce((all, each) => all + counter.message(each).tokens, 0);
          expect(whole).toBe(counter.besides(rest).tokens + sum);
          expect(counter.request({ prompt: prompt.toReversed(), ...rest }).tokens).toBe(whole);
          expect(counter.request({ prompt: prompt.slice(1), ...rest }).tokens).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });

  it('counts a message once, and again when it has changed', async () => {
    const { encode, ...tokens } = counting();
    const counter = await tokens.load(GPT);
    const content = [text('a first text of some length')];
    const message = user(content);
    const first = counter.message(message).tokens;
    expect(counter.message(message).tokens).toBe(first);
    expect(counter.message(structuredClone(message)).tokens).toBe(first);
    expect(encode).toHaveBeenCalledTimes(1);

    content[0]!.text += ' and then more of it';
    expect(counter.message(message).tokens).toBe(first + 20);
    content.push(text('a part that came later'));
    expect(counter.message(message).tokens).toBe(first + 42);
    message.content = 'something else altogether';
    expect(counter.message(message).tokens).toBe(4 + 25);
  });

  it('sees a change deep inside of a tool result or a file', async () => {
    const counter = await counting().load(GPT);
    const rows = [{ name: 'one' }];
    const output = { type: 'json', value: { rows } };
    const message = { role: 'tool', content: [{ type: 'tool-result', toolName: 'sum', output }] };
    const before = counter.message(message).tokens;
    rows[0]!.name = 'one hundred';
    expect(counter.message(message).tokens).toBe(before + 8);
    const data = Buffer.from('plain text in a file');
    const file = user([{ type: 'file', mediaType: 'text/plain', data: new Uint8Array(data) }]);
    expect(counter.message(file).tokens).toBe(4 + 20);
  });

  it('learns from what providers report, for that model and for estimates only', async () => {
    const tokens = counting();
    await tokens.load(GPT);
    const request = { prompt: [user(SENTENCES.english.repeat(40))] };
    const before = tokens.counterOf(CLAUDE).request(request);
    expect(before.estimate).toBe(before.tokens);
    for (let time = 0; time < 8; time++) {
      tokens.calibrate(CLAUDE, before.estimate!, before.estimate! * 1.3);
      tokens.calibrate(GPT, 1000, 1300);
    }
    const after = tokens
      .counterOf({ provider: 'anthropic.messages', modelId: 'claude-sonnet-4-5' })
      .request(request);
    expect(after.tokens / before.tokens).toBeCloseTo(1.3, 1);
    expect(after.estimate).toBe(before.estimate);
    expect(tokens.counterOf('anthropic/claude-opus-4-6').request(request).tokens).toBe(before.tokens);
    expect(tokens.counterOf(GPT).request(request).tokens).toBe(3 + 4 + SENTENCES.english.length * 40);
  });

  it('learns nothing from a request with files, whose tokens say nothing about words', () => {
    const image = { type: 'file', mediaType: 'image/png', data: 'https://x.test/a.png' };
    const { estimate } = createTokenCounting()
      .counterOf(CLAUDE)
      .request({ prompt: [user([text('What is this?'), image])] });
    expect(estimate).toBeUndefined();
  });

  it('encodes at most 256k characters of a request, however many messages it has', async () => {
    const { encode, ...tokens } = counting();
    const counter = await tokens.load(GPT);
    const prompt = Array.from({ length: 3000 }, (_, index) => user(`${index} `.padEnd(1000, 'word ')));
    const { exact, tokens: counted } = counter.request({ prompt });
    const sum = encode.mock.calls.reduce((all, [given]) => all + given.length, 0);
    expect(sum).toBeLessThanOrEqual(256 * 1024);
    expect(exact).toBe(false);
    expect(counted).toBeGreaterThan(500_000);
    for (let time = 0; time < 12; time++) counter.request({ prompt });
    expect(counter.request({ prompt })).toMatchObject({ exact: true, tokens: 3 + 3000 * 1004 });
  });

  it('takes messages of any shape', () => {
    const tokens = counting();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const model of [GPT, CLAUDE, 'x/y']) {
      const counter = tokens.counterOf(model);
      for (const message of [undefined, null, 7, 'text', {}, [], circle, user(circle), user('\ud800')])
        expect(counter.message(message).tokens).toBeGreaterThan(0);
      expect(counter.besides({ tools: 'none' }).tokens).toBeGreaterThanOrEqual(0);
    }
  });
});
