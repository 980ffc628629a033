import { afterEach, describe, expect, it } from 'vitest';
import { createPerf } from '../src/index.ts';
import { textOf, tokensOf, windowedAgent, WORDS, type WindowedAgent } from './windowed-agent.ts';

let agent: WindowedAgent;
const start = (...given: Parameters<typeof windowedAgent>): WindowedAgent =>
  (agent = windowedAgent(...given));
afterEach(() => agent.perf?.close());

const LONG = WORDS.repeat(10);

describe('a budget that is smaller than the system prompt', () => {
  it('sends the system prompt and the question whole, and says so', async () => {
    const { ask, prompts, events, perf } = start({ context: { maxTokens: 100 }, instructions: LONG });
    await ask('old');
    const result = await ask('the question');
    expect(prompts).toHaveLength(2);
    expect(prompts.at(-1)!.prompt).toMatchObject([
      { role: 'system', content: LONG },
      { role: 'user', content: [{ text: 'the question' }] },
    ]);
    expect(events.at(-1)).toMatchObject({ agent: 'a', budget: 100, droppedMessages: 2, isTooLong: true });
    expect(events.at(-1)!.tokensAfter).toBe(await tokensOf(prompts.at(-1)!));
    expect(perf!.outcome(result as object)?.context).toMatchObject({ droppedMessages: 2 });
  });

  it.each(['ask', 'stream'] as const)(
    'or fails with a code before the model is asked, %s',
    async (method) => {
      const failing = start({ context: { maxTokens: 100, onOverflow: 'error' }, instructions: LONG });
      const failure = failing[method]('the question');
      await expect(failure).rejects.toMatchObject({ code: 'MASTRA_PERF_CONTEXT_OVERFLOW' });
      await expect(failure).rejects.toThrow(/agent "a".* tokens, 100 fit \(gpt-4o-mini\)/);
      expect(failing.prompts).toEqual([]);
      expect(failing.events).toMatchObject([{ isTooLong: true }]);
    },
  );

  it('fails with a code for a call only, and answers the next one', async () => {
    const { ask, prompts } = start({ context: { maxTokens: 100, onOverflow: 'error' } });
    await expect(ask(`too long ${LONG}`)).rejects.toMatchObject({ code: 'MASTRA_PERF_CONTEXT_OVERFLOW' });
    await ask('short');
    expect(textOf(prompts.at(-1)!.prompt)).toContain('short');
  });
});

describe('a model that nobody knows', () => {
  const model = { provider: 'acme', modelId: 'unheard-of-1' };

  it('gets its prompt as it is', async () => {
    const { ask, prompts, events } = start({ context: true, model });
    for (let turn = 0; turn < 3; turn++) await ask(`${turn} ${LONG.repeat(20)}`);
    expect(events).toEqual([]);
    expect(prompts.at(-1)!.prompt).toHaveLength(6);
  });

  it('gets what fits by an estimate where a number is set', async () => {
    const { ask, prompts, events } = start({ context: { maxTokens: 400 }, model });
    for (let turn = 0; turn < 6; turn++) await ask(`${turn} ${LONG}`);
    expect(prompts.at(-1)!.prompt.length).toBeLessThan(8);
    expect(events.at(-1)).toMatchObject({ isTooLong: false, model: 'acme/unheard-of-1', budget: 400 });
  });
});

describe('more for the answer than the model has', () => {
  it('leaves the question and the system prompt', async () => {
    const { ask, prompts, events } = start({ context: { reserveOutput: 10_000_000 } });
    await ask('old');
    await ask('the question');
    expect(prompts.at(-1)!.prompt.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(events.at(-1)).toMatchObject({ isTooLong: true, budget: 1 });
  });
});

describe('options', () => {
  it.each([
    [{ maxTokens: 0 }, 'createPerf.context.maxTokens'],
    [{ maxTokens: -5 }, 'createPerf.context.maxTokens'],
    [{ maxTokens: 1.5 }, 'createPerf.context.maxTokens'],
    [{ maxTokens: Number.NaN }, 'createPerf.context.maxTokens'],
    [{ maxTokens: Infinity }, 'createPerf.context.maxTokens'],
    [
      { maxTokens: '8k' },
      "createPerf.context.maxTokens: expected 'auto' or a whole number of tokens, from 1",
    ],
    [{ maxTokens: null }, 'createPerf.context.maxTokens'],
    [{ reserveOutput: 0 }, 'createPerf.context.reserveOutput'],
    [{ reserveOutput: '8k' }, 'createPerf.context.reserveOutput'],
    [{ keepFirst: 1.5 }, 'createPerf.context.keepFirst: expected a whole number from 0 to 1000'],
    [{ keepFirst: 1001 }, 'createPerf.context.keepFirst'],
    [{ keepFirst: true }, 'createPerf.context.keepFirst'],
    [{ trim: 'none' }, "createPerf.context.trim: expected 'block' or 'slide'"],
    [{ onOverflow: true }, "createPerf.context.onOverflow: expected 'send' or 'error'"],
    [{ maxToken: 100 }, 'maxToken'],
    ['8k', 'createPerf.context'],
    [8000, 'createPerf.context'],
  ])('%o is refused with its path', (context, message) => {
    start({});
    expect(() => createPerf({ context: context as never })).toThrow(message);
    expect(() => createPerf({ context: context as never })).toThrow(
      expect.objectContaining({ code: 'MASTRA_PERF_CONFIG' }),
    );
  });

  it('of one agent are refused with the path of that agent', () => {
    start({});
    expect(() => createPerf({ agents: { legal: { context: { maxTokens: 0 } } } })).toThrow(
      /agents\.legal\.context\.maxTokens/,
    );
  });
});
