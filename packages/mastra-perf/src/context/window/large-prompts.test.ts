import { describe, expect, it, vi } from 'vitest';
import type { PromptMessage } from '../../pipeline/call.ts';
import { newWork } from '../tokens/text-counts.ts';
import { loadEncoder, type Encoder } from '../tokens/encoder.ts';
import { createTokenCounting } from '../tokens/token-counting.ts';
import { countPrompt, type PromptToCount } from './count-prompt.ts';
import { fit } from './fit.ts';
import { history, SENTENCE } from './test-prompts.ts';

const GPT = 'openai/gpt-4o';
const CLAUDE = 'anthropic/claude-sonnet-4-5';
const options = { limit: 16_000, keepFirst: 0 };

/** The encoder, and how much it was given. */
async function counting() {
  const encode = await loadEncoder('o200k');
  const given = { texts: 0, bytes: 0 };
  const counted: Encoder = (text) => {
    given.texts++;
    given.bytes += Buffer.byteLength(text);
    return encode(text);
  };
  return { given, tokens: createTokenCounting({ load: async () => counted }) };
}

const user = (content: unknown): PromptMessage => ({ role: 'user', content });
const text = (given: string) => [{ type: 'text', text: given }];

describe('large prompts', () => {
  /** Far above the aim of 0.2 s, as tests share their machine and may be measured: what grows with the square takes minutes. */
  const MOST_MS = 20_000;

  async function measured(model: string, prompt: PromptMessage[], more: Partial<PromptToCount> = {}) {
    const { given, tokens } = await counting();
    const counter = await tokens.load(model);
    counter.request({ prompt: history(300, 90) });
    Object.assign(given, { texts: 0, bytes: 0 });
    const begun = performance.now();
    const counted = countPrompt({ prompt, counter, work: newWork(), ...options, ...more });
    const { dropped, tokens: left } = fit(counted.units, more.limit ?? options.limit, 'block');
    const ms = performance.now() - begun;
    expect(ms).toBeLessThan(MOST_MS);
    return { ...given, ms: Math.round(ms), left, dropped: dropped.size, counted };
  }

  it.each([GPT, CLAUDE])(
    'of 100,000 messages that were never counted are looked at, for %s',
    async (model) => {
      for (const characters of [30, 130, 500]) {
        const seen = await measured(model, history(100_000, characters));
        process.stdout.write(`100,000 messages of ${characters} characters, ${model}: ${seen.ms} ms\n`);
        expect(seen.bytes).toBeLessThan(100_000);
        expect(seen.texts).toBeLessThan(2500);
        expect(seen.left).toBeLessThanOrEqual(options.limit);
        expect(seen.left).toBeGreaterThan(options.limit * 0.6);
        expect(seen.counted.tokens).toBeGreaterThan(options.limit * 20);
      }
    },
  );

  it('of 100,000 messages are bounded where even the budget has millions of tokens', async () => {
    const seen = await measured(GPT, history(100_000, 130), { limit: 10_000_000 });
    process.stdout.write(`100,000 messages, all of which fit: ${seen.ms} ms\n`);
    expect(seen.texts).toBeLessThanOrEqual(10_000);
    expect(seen.bytes).toBeLessThanOrEqual(256 * 1024);
    expect(seen.counted.exact).toBe(false);
    expect(seen.counted.tokens / 100_000).toBeGreaterThan(25);
    expect(seen.counted.tokens / 100_000).toBeLessThan(45);
  });

  const MEGABYTE = 1_000_000;
  const han = String.fromCharCode(
    ...Array.from({ length: 4096 }, (_, index) => 0x4e00 + ((index * 7919) % 20_000)),
  );
  const rows = Array.from({ length: 8000 }, (_, id) => ({ id, name: `row ${id}`, note: SENTENCE }));
  const base64 = Buffer.from(han.repeat(70)).toString('base64').slice(0, MEGABYTE);
  const large: readonly (readonly [name: string, message: PromptMessage, tokens: number])[] = [
    ['a text', user(text(SENTENCE.repeat(MEGABYTE / SENTENCE.length))), 220_000],
    ['Chinese without a break', user(text(han.repeat(MEGABYTE / 4096))), 1_900_000],
    ['one letter', user(text('a'.repeat(MEGABYTE))), 125_000],
    ['spaces', user(text(' '.repeat(MEGABYTE))), 7800],
    ['base64 as text', user(text(base64)), 720_000],
    [
      'rows of a tool',
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: '1',
            toolName: 'look',
            output: { type: 'json', value: rows },
          },
        ],
      },
      290_000,
    ],
    ['an image in base64', user([{ type: 'file', mediaType: 'image/png', data: base64 }]), 770],
    [
      'a text in base64',
      user([
        {
          type: 'file',
          mediaType: 'text/plain',
          data: Buffer.from(SENTENCE.repeat(8000)).toString('base64'),
        },
      ]),
      165_000,
    ],
  ];

  it.each(large)('of a megabyte are told from samples: %s', async (name, message, tokens) => {
    const seen = await measured(GPT, [user('old'), message]);
    process.stdout.write(`${name}: ${seen.ms} ms, ${seen.counted.tokens} tokens\n`);
    expect(seen.bytes).toBeLessThanOrEqual(256 * 1024);
    expect(Math.abs(seen.counted.tokens / tokens - 1)).toBeLessThan(0.1);
    expect(seen.left).toBeGreaterThan(0);
  });

  it('of a megabyte that is far behind is not even written down', async () => {
    const far = large.find(([name]) => name === 'rows of a tool')![1];
    const toJSON = vi.fn<() => unknown>(() => rows);
    const watched = {
      ...far,
      content: [
        {
          type: 'tool-result',
          toolCallId: '1',
          toolName: 'look',
          output: { type: 'json', value: { toJSON } },
        },
      ],
    };
    await measured(GPT, [user('old'), watched, ...history(400, 500)]);
    expect(toJSON).not.toHaveBeenCalled();
  });
});
