import { gate } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../../base/test-clock.ts';
import { watchUnhandled } from '../../base/test-unhandled.ts';
import { createTokenCounting } from '../tokens/token-counting.ts';
import type { PromptCompressorOptions, Rejection } from './compressor-options.ts';
import { PromptCompressor } from './prompt-compressor.ts';
import type { SummaryRequest } from './summarizer.ts';

const counting = createTokenCounting();
const WORDS =
  'river stone market teacher window engine paper winter signal garden doctor bridge letter summer kitchen'.split(
    ' ',
  );
const wordOf = (at: number, step: number): string => WORDS[(at * step + (at >> 3)) % WORDS.length]!;
/** Of which no part is there twice. */
const TEXT = Array.from(
  { length: 60 },
  (_, at) => `The ${wordOf(at, 7)} of a ${wordOf(at, 4)} needs the ${wordOf(at, 11)}.`,
).join(' ');
const TOKENS = (await counting.load('openai/gpt-5-mini')).text(TEXT).tokens;
const SHORT = 'A report about ten topics.';
const CODE = '```ts\nconst answer = 42;\n```';

type Answer = (request: SummaryRequest) => unknown;

function compressorWith(answer: Answer, options: Partial<PromptCompressorOptions> = {}) {
  const clock = testClock();
  const asked: SummaryRequest[] = [];
  const faults: unknown[] = [];
  const rejections: Rejection[] = [];
  const compressor = new PromptCompressor(
    {
      summarizer: (request) => {
        asked.push(request);
        return answer(request) as string;
      },
      fault: (_, error) => faults.push(error),
      onReject: (rejection) => rejections.push(rejection),
      ...options,
    },
    { clock, random: () => 0, counting },
  );
  const rejectedFor = (): Record<string, number> =>
    Object.fromEntries(Object.entries(compressor.stats().rejected).filter(([, times]) => times > 0));
  return { compressor, clock, asked, faults, rejections, rejectedFor };
}

const bad: readonly (readonly [reason: string, answer: Answer])[] = [
  ['notText', () => undefined],
  ['notText', () => ({ text: SHORT })],
  ['notText', () => 5],
  ['empty', () => ' \n '],
  ['notShorter', ({ text }) => text],
  ['notShorter', ({ text }) => text.repeat(50)],
  ['tooLong', ({ text }) => text.slice(0, text.length / 2)],
  ['repetitive', () => 'the same again '.repeat(30)],
  [
    'error',
    () => {
      throw new Error('down');
    },
  ],
  ['error', () => Promise.reject(new Error('down'))],
];

describe('compressing a text', () => {
  it('gives the shorter text, and the same to the next call without asking again', async () => {
    const { compressor, asked } = compressorWith(() => ` ${SHORT}\n`);
    expect(await compressor.compress(TEXT, 100)).toBe(SHORT);
    expect(await compressor.compress(TEXT, 100)).toBe(SHORT);
    expect(asked).toEqual([expect.objectContaining({ text: TEXT, maxTokens: 100 })]);
    const { tokensBefore, tokensAfter, ...stats } = compressor.stats();
    expect(stats).toMatchObject({ compressed: 1, fromCache: 1, unneeded: 0 });
    expect(tokensBefore).toBe(2 * TOKENS);
    expect(tokensAfter).toBe(2 * 6);
  });

  it('does not ask for a text that fits', async () => {
    const { compressor, asked } = compressorWith(() => SHORT);
    expect(await compressor.compress(SHORT, 100)).toBe(SHORT);
    expect(await compressor.compress('', 1)).toBe('');
    expect(asked).toEqual([]);
    expect(compressor.stats().unneeded).toBe(2);
  });

  it('asks anew for another text, and for another length', async () => {
    const { compressor, asked } = compressorWith(() => SHORT);
    await compressor.compress(TEXT, 100);
    await compressor.compress(`${TEXT}.`, 100);
    await compressor.compress(TEXT, 101);
    expect(asked).toHaveLength(3);
  });

  it.each(bad)('gives the text itself for an answer that is %s', async (reason, answer) => {
    const { compressor, rejections, rejectedFor, faults } = compressorWith(answer);
    expect(await compressor.compress(TEXT, 100)).toBe(TEXT);
    expect(rejectedFor()).toEqual({ [reason]: 1 });
    expect(rejections).toEqual([{ reason, tokens: TOKENS, maxTokens: 100 }]);
    expect(faults).toHaveLength(reason === 'error' ? 1 : 0);
    expect(compressor.stats()).toMatchObject({ compressed: 0, tokensBefore: 0, tokensAfter: 0 });
  });

  it('tries a second time for less when the answer is too long', async () => {
    const { compressor, asked } = compressorWith(({ maxTokens }) =>
      maxTokens === 100 ? TEXT.slice(0, TEXT.length / 2) : SHORT,
    );
    expect(await compressor.compress(TEXT, 100)).toBe(SHORT);
    expect(asked.map(({ maxTokens }) => maxTokens)).toEqual([100, 70]);
  });

  it('asks no more than twice', async () => {
    const { compressor, asked } = compressorWith(({ text }) => text.slice(0, text.length / 2));
    await compressor.compress(TEXT, 100);
    expect(asked).toHaveLength(2);
  });

  it('gives the text itself when the summarizer hangs, and ends what it does', async () => {
    const { compressor, clock, asked, rejectedFor, faults } = compressorWith(
      () => new Promise(() => undefined),
      {
        timeout: '5s',
      },
    );
    const compressed = compressor.compress(TEXT, 100);
    await settled();
    clock.advance(4999);
    await settled();
    expect(asked[0]!.signal.aborted).toBe(false);
    clock.advance(1);
    expect(await compressed).toBe(TEXT);
    expect(asked[0]!.signal.reason).toMatchObject({ name: 'DeadlineExceeded' });
    expect(rejectedFor()).toEqual({ timeout: 1 });
    expect(faults).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('gives the text, or a shorter one that fits, whatever the answer', async () => {
    const anyAnswer = fc.oneof(
      fc.anything(),
      fc.lorem({ maxCount: 200 }),
      fc.nat(TEXT.length).map((length) => TEXT.slice(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.integer({ min: 1, max: 600 }), async (answer, most) => {
        const { compressor } = compressorWith(() => answer);
        const given = await compressor.compress(TEXT, most);
        const tokens = (await counting.load('openai/gpt-5-mini')).text(given).tokens;
        expect(given === TEXT || (tokens <= most && tokens < TOKENS && given.trim() !== '')).toBe(true);
      }),
    );
  });

  it('does not fail because of those that it tells', async () => {
    const fail = (): never => {
      throw new Error('listener');
    };
    const { compressor } = compressorWith(fail, { fault: fail, onReject: fail });
    expect(await compressor.compress(TEXT, 100)).toBe(TEXT);
  });
});

describe('what a shorter text must keep', () => {
  const numbered = `${TEXT} It costs 1,250.00 EUR from 2026-11-23 on.`;

  it('takes only an answer with all numbers and no others', async () => {
    const said = 'Ten topics; 1250 EUR from November 23, 2026.';
    const keep = { numbers: true };
    expect(await compressorWith(() => said, { keep }).compressor.compress(numbered, 100)).toBe(said);
    for (const wrong of ['Ten topics; 1250 EUR.', `${said} Or 99 USD.`]) {
      const { compressor, rejectedFor } = compressorWith(() => wrong, { keep });
      expect(await compressor.compress(numbered, 100)).toBe(numbered);
      expect(rejectedFor()).toEqual({ numbers: 1 });
    }
    expect(await compressorWith(() => 'Ten topics.').compressor.compress(numbered, 100)).toBe('Ten topics.');
  });

  it('keeps code letter by letter, and does not show it to the summarizer', async () => {
    const text = `${TEXT}\n${CODE}\n${TEXT}`;
    const { compressor, asked } = compressorWith(
      ({ text: seen }) => `See:\n${/\[\[.*\]\]/.exec(seen)?.[0]}\nDone.`,
      {
        keep: { code: true, numbers: true },
      },
    );
    expect(await compressor.compress(text, 100)).toBe(`See:\n${CODE}\nDone.`);
    expect(asked[0]!.text).not.toContain('42');
    expect(asked[0]!.maxTokens).toBeLessThan(100);
  });

  it('gives the text itself when code is lost, or leaves no room', async () => {
    const text = `${TEXT}\n${CODE}\n${TEXT}`;
    const { compressor, asked, rejectedFor } = compressorWith(() => SHORT, { keep: { code: true } });
    expect(await compressor.compress(text, 100)).toBe(text);
    expect(await compressor.compress(text, 12)).toBe(text);
    expect(asked).toHaveLength(1);
    expect(rejectedFor()).toEqual({ code: 2 });
  });
});

describe('failures', () => {
  it('are not tried again for the same text for a minute, then for two', async () => {
    const { compressor, asked, clock, rejectedFor } = compressorWith(() => '');
    for (const [afterMs, times] of [
      [0, 1],
      [59_999, 1],
      [1, 2],
      [119_999, 2],
      [1, 3],
    ] as const) {
      clock.advance(afterMs);
      expect(await compressor.compress(TEXT, 100)).toBe(TEXT);
      expect(asked).toHaveLength(times);
    }
    expect(rejectedFor()).toEqual({ empty: 3, resting: 2 });
  });

  it('are forgotten after a success', async () => {
    const answers = ['', SHORT];
    const { compressor, clock } = compressorWith(() => answers.shift());
    expect(await compressor.compress(TEXT, 100)).toBe(TEXT);
    clock.advance(60_000);
    expect(await compressor.compress(TEXT, 100)).toBe(SHORT);
  });

  it('of three texts in a row keep the fourth from waiting for a summarizer that is down', async () => {
    const { compressor, asked, clock } = compressorWith(() => Promise.reject(new Error('down')));
    for (let text = 0; text < 10; text++) await compressor.compress(`${TEXT}${text}`, 100);
    expect(asked).toHaveLength(3);
    clock.advance(5000);
    await compressor.compress(`${TEXT} more`, 100);
    expect(asked).toHaveLength(4);
  });
});

describe('many calls with the same text', () => {
  it('ask once', async () => {
    const door = gate();
    const { compressor, asked } = compressorWith(async () => {
      await door.wait();
      return SHORT;
    });
    const calls = Array.from({ length: 20 }, () => compressor.compress(TEXT, 100));
    await settled();
    door.open();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([SHORT]));
    expect(asked).toHaveLength(1);
    expect(compressor.stats()).toMatchObject({ compressed: 1, fromCache: 19 });
  });

  it('go on when one of them is aborted, which rejects with its reason', async () => {
    const door = gate();
    const { compressor, asked } = compressorWith(async () => {
      await door.wait();
      return SHORT;
    });
    const mine = new AbortController();
    const aborted = compressor.compress(TEXT, 100, { signal: mine.signal });
    const other = compressor.compress(TEXT, 100);
    await settled();
    mine.abort(new Error('mine'));
    await expect(aborted).rejects.toThrow('mine');
    expect(asked[0]!.signal.aborted).toBe(false);
    door.open();
    expect(await other).toBe(SHORT);
  });

  it('end the summarizer when all of them are aborted, which is no failure of it', async () => {
    const noneUnhandled = watchUnhandled();
    const { compressor, asked, rejections, faults } = compressorWith(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    for (const times of [1, 2]) {
      const mine = new AbortController();
      const aborted = compressor.compress(TEXT, 100, { signal: mine.signal });
      await settled();
      mine.abort(new Error('mine'));
      await expect(aborted).rejects.toThrow('mine');
      expect(asked).toHaveLength(times);
      expect(asked.at(-1)!.signal.aborted).toBe(true);
    }
    expect([...rejections, ...faults]).toEqual([]);
    await noneUnhandled();
  });

  it('rejects a call that is aborted before it begins, without asking', async () => {
    const { compressor, asked } = compressorWith(() => SHORT);
    await expect(
      compressor.compress(TEXT, 100, { signal: AbortSignal.abort(new Error('mine')) }),
    ).rejects.toThrow('mine');
    expect(asked).toEqual([]);
  });

  it('remember no more than they may', async () => {
    const { compressor, asked } = compressorWith(() => SHORT, { maxEntries: 2 });
    for (const text of ['a', 'b', 'c', 'a']) await compressor.compress(TEXT + text, 100);
    expect(asked).toHaveLength(4);
    const small = compressorWith(() => SHORT, { maxBytes: 100 });
    for (const text of ['a', 'a']) expect(await small.compressor.compress(TEXT + text, 100)).toBe(SHORT);
    expect(small.asked).toHaveLength(2);
  });
});

describe('a summarizer whose own prompts are compressed', () => {
  it('gets them as they are', async () => {
    const own: string[] = [];
    const { compressor, rejectedFor } = compressorWith(async ({ text }) => {
      own.push(await compressor.compress(text, 100), await compressor.compress(`${text}!`, 100));
      return SHORT;
    });
    expect(await compressor.compress(TEXT, 100)).toBe(SHORT);
    expect(own).toEqual([TEXT, `${TEXT}!`]);
    expect(rejectedFor()).toEqual({ nested: 2 });
  });
});

describe('options of the compressor', () => {
  const summarizer = (): string => '';
  it.each([
    ['PromptCompressor', undefined],
    ['PromptCompressor.summarizer', {}],
    ['PromptCompressor.summarizer', { summarizer: 'openai/gpt-5-mini' }],
    ['PromptCompressor.timeout', { summarizer, timeout: 0 }],
    ['PromptCompressor.model', { summarizer, model: 5 }],
    ['PromptCompressor.keep.code', { summarizer, keep: { code: 'yes' } }],
    ['PromptCompressor.kep', { summarizer, kep: {} }],
    ['PromptCompressor.onReject', { summarizer, onReject: 1 }],
  ])('name %s when it is wrong', (path, options) => {
    expect(() => new PromptCompressor(options as never)).toThrowError(
      expect.objectContaining({ code: 'MASTRA_PERF_CONFIG', path }),
    );
  });

  it('refuses a length that is none, and what is no text', async () => {
    const { compressor } = compressorWith(() => SHORT);
    for (const most of [0, -1, 1.5, Number.NaN, undefined])
      await expect(compressor.compress(TEXT, most as number)).rejects.toMatchObject({
        path: 'compress: maxTokens',
      });
    await expect(compressor.compress(5 as never, 1)).rejects.toMatchObject({ path: 'compress: text' });
  });

  it('compresses data without asking', () => {
    const { compressor, asked } = compressorWith(() => SHORT);
    expect(compressor.compressStructured({ a: 1, b: null }, 10)).toBe('{"a":1}');
    expect(asked).toEqual([]);
  });
});
