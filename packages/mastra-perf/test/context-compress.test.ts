import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Outcome, type PerfOptions } from '../src/index.ts';
import {
  textOf,
  tokensOf,
  windowedAgent,
  WORDS,
  type Asked,
  type WindowedAgentOptions,
} from './windowed-agent.ts';

const open: ReturnType<typeof windowedAgent>[] = [];
const start = (options: WindowedAgentOptions): ReturnType<typeof windowedAgent> => {
  const started = windowedAgent(options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ perf }) => perf?.close()));
});

type Context = PerfOptions['context'];
const orders = Array.from({ length: 400 }, (_, id) => ({ id, status: 'open', note: `order number ${id}` }));
const list = createTool({
  id: 'list',
  description: 'lists orders',
  inputSchema: z.object({}),
  execute: async () => orders,
});
/** Asks for the list at the first step of each turn. */
const listing = (_: number, { prompt }: Asked) =>
  prompt.at(-1)!.role === 'tool' ? { text: 'there they are' } : { tools: [{ name: 'list', args: {} }] };
const lists = (context: Context) => start({ context, agent: { tools: { list } }, respond: listing });
const outcomeOf = (one: ReturnType<typeof windowedAgent>, result: unknown): Outcome =>
  one.perf!.outcome(result as { readonly providerMetadata: object })!;

describe('results of tools', () => {
  it('are whole for the question that they answer, and short for later ones', async () => {
    const one = lists({ maxTokens: 100_000, compress: true });
    await one.ask('which orders are open?');
    expect(textOf(one.prompts[1]!.prompt)).toContain('order number 200');
    const result = await one.ask('and which are late?');
    const later = textOf(one.prompts[2]!.prompt);
    expect(later).not.toContain('order number 200');
    expect(later).toMatch(/… \d+ of 400 items left out/);
    expect(later).toContain('order number 0');
    // The second answer has the list again, whole; the first one stays as it was.
    expect(textOf(one.prompts[3]!.prompt.slice(0, 4))).toBe(textOf(one.prompts[2]!.prompt.slice(0, 4)));
    const { context } = outcomeOf(one, result);
    expect(context).toMatchObject({ cutResults: 1, droppedMessages: 0, isTooLong: false });
    expect(context!.tokensBefore - context!.tokensAfter).toBeGreaterThan(3000);
    expect(await tokensOf(one.prompts[3]!)).toBeLessThanOrEqual(context!.tokensAfter);
  });

  it('that were there before are only named', async () => {
    const one = lists({ maxTokens: 100_000, compress: { toolResults: 1000 } });
    for (const question of ['first', 'second', 'third']) await one.ask(question);
    const sent = textOf(one.prompts.at(-1)!.prompt);
    expect(sent.split('Same result as that of the earlier call of list')).toHaveLength(2);
  });

  it('are stored whole', async () => {
    const [compressed, plain] = [lists({ compress: true }), lists(undefined)];
    for (const question of ['first', 'second', 'third'])
      for (const one of [compressed, plain]) await one.ask(question);
    const sizes = async (one: typeof plain) => (await one.stored()).map((row) => JSON.stringify(row).length);
    expect(await sizes(compressed)).toEqual(await sizes(plain));
  });

  it('stay as they are when nobody named it', async () => {
    const one = lists({ maxTokens: 100_000 });
    for (const question of ['first', 'second']) await one.ask(question);
    expect(textOf(one.prompts[2]!.prompt)).toContain('order number 200');
  });
});

const MAX = 700;

describe('a summary of what is left out', () => {
  const talking = (summarizer: unknown, extra: object = {}) =>
    start({ context: { maxTokens: MAX, compress: { summarizer, summaryTokens: 100, ...extra } as never } });
  const talk = async (one: ReturnType<typeof windowedAgent>, turns: number, from = 0) => {
    for (let turn = from; turn < from + turns; turn++) {
      await one.ask(`question ${turn}: ${WORDS.repeat(3)}`);
      await one.perf!.flush();
    }
  };

  it('stands in front of what is kept, is the same until a block moves, and fits', async () => {
    let asked = 0;
    const one = talking(() => `Ann asked about foxes, ${++asked}.`);
    await talk(one, 50);
    for (const sent of one.prompts) expect(await tokensOf(sent)).toBeLessThanOrEqual(MAX);
    const sent = one.prompts.at(-1)!.prompt;
    expect(sent[0]).toMatchObject({ role: 'system', content: 'You are the system.' });
    expect(textOf([sent[1]!])).toContain(`Ann asked about foxes, `);
    expect(textOf(sent.slice(2))).not.toContain('Ann asked about foxes');
    const starts = new Set(one.prompts.slice(20).map(({ prompt }) => textOf([prompt[1]!])));
    expect(starts.size).toBeLessThan(25);
    expect(asked).toBeLessThan(40);
    expect(one.events.at(-1)!.summary!.messages).toBeGreaterThan(10);
    expect(JSON.stringify(await one.stored())).not.toContain('Ann asked about foxes');
  });

  it('is made by an agent, or by a model', async () => {
    const model = mockModel({ spec: 'v3', respond: () => ({ text: 'The fox runs.' }) } as never);
    const agent = new Agent({ id: 's', name: 's', instructions: 'Sum up.', model: model as never });
    for (const summarizer of [agent, model]) {
      const one = talking(summarizer);
      await talk(one, 20);
      expect(textOf(one.prompts.at(-1)!.prompt).includes('The fox runs.')).toBe(true);
    }
  });

  it.each([
    ['fails', () => Promise.reject(new Error('no summaries today'))],
    ['returns something longer', ({ text }: { text: string }) => `${text} ${text}`],
    ['returns nonsense', () => 7],
    ['repeats itself', () => 'the same again '.repeat(40)],
  ])('is left out when its summarizer %s', async (_, summarizer) => {
    const one = talking(summarizer);
    const faults: string[] = [];
    one.perf!.on('fault', ({ where }) => faults.push(where));
    await talk(one, 20);
    expect(one.prompts).toHaveLength(20);
    for (const sent of one.prompts) expect(await tokensOf(sent)).toBeLessThanOrEqual(MAX);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThan(5); // it rests
    expect(new Set(faults)).toEqual(new Set(['context.summary']));
    expect(textOf(one.prompts.at(-1)!.prompt)).not.toContain('no summaries today');
  });

  it('is never waited for', async () => {
    const one = talking(() => new Promise(() => undefined));
    for (let turn = 0; turn < 20; turn++) await one.ask(`question ${turn}: ${WORDS.repeat(3)}`);
    expect(one.prompts).toHaveLength(20);
  });

  it('is that of one thread only', async () => {
    const one = talking(({ text }: { text: string }) =>
      text.includes('secret') ? 'It was about a secret.' : 'No.',
    );
    for (let turn = 0; turn < 20; turn++) {
      await one.ask(`secret question ${turn}: ${WORDS.repeat(3)}`);
      await one.perf!.flush();
    }
    expect(textOf(one.prompts.at(-1)!.prompt).includes('It was about a secret.')).toBe(true);
    for (let turn = 0; turn < 20; turn++) {
      await one.ask(`question ${turn}: ${WORDS.repeat(3)}`, { memory: { thread: 'other', resource: 'r' } });
      expect(textOf(one.prompts.at(-1)!.prompt)).not.toContain('secret');
      await one.perf!.flush();
    }
  });
});

describe('options', () => {
  it.each([
    [{ compress: { summarizer: 7 } }, 'createPerf.context.compress.summarizer'],
    [{ compress: { toolResults: 0 } }, 'createPerf.context.compress.toolResults'],
    [{ compress: { summaryTokens: 1.5 } }, 'createPerf.context.compress.summaryTokens'],
    [{ recall: { scope: 'everybody' } }, 'createPerf.context.recall.scope'],
    [{ recall: { maxTokens: -1 } }, 'createPerf.context.recall.maxTokens'],
    [{ recall: { fill: 'some' } }, 'createPerf.context.recall.fill'],
    [{ promptCache: true }, 'createPerf.context.promptCache'],
  ])('%j is refused with its path', (context, path) => {
    expect(() => createPerf({ context: context as never })).toThrow(path);
  });
});
