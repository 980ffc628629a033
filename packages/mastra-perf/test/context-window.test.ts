import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { countTokens, createPerf, type Perf, type PerfEvents, type PerfOptions } from '../src/index.ts';

let perf: Perf | undefined;
afterEach(() => perf?.close());

interface Asked {
  readonly prompt: readonly { readonly role: string; readonly content: unknown }[];
}
type Respond = (asked: Asked, call: number) => object;

/** An agent with memory, and the prompts that its model was given. */
function start(context: PerfOptions['context'] | undefined, extra: object = {}, respond?: Respond) {
  const prompts: Asked[] = [];
  const events: PerfEvents['context'][] = [];
  const model = mockModel({
    spec: 'v3',
    provider: 'openai',
    modelId: 'gpt-4o-mini',
    respond(options: Asked, call: number) {
      prompts.push(options);
      return respond?.(options, call) ?? { text: `answer ${call}` };
    },
  } as never);
  const storage = new InMemoryStore();
  perf = createPerf({ cache: false, ...(context !== undefined && { context }) });
  perf.on('context', (event) => events.push(event));
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'You are the system.',
    model,
    memory: new Memory({ options: { lastMessages: 400 } }),
    ...extra,
  } as never);
  new Mastra({ agents: { agent }, logger: false, storage, processors: { perf } });
  const memory = { thread: 't', resource: 'r' };
  const ask = (text: string) => agent.generate(text, { memory });
  const stored = async () => {
    const domain = await storage.getStore('memory');
    const { messages } = await domain!.listMessages({ threadId: 't', perPage: false });
    return messages.map(
      ({ role, content }) =>
        `${role}: ${content.parts.map((part) => ('text' in part ? part.text : part.type)).join()}`,
    );
  };
  return { ask, prompts, events, stored, agent };
}

const WORDS = 'the quick brown fox jumps over the lazy dog and runs away again '.repeat(3);
const textOf = (asked: Asked): string => JSON.stringify(asked.prompt);
const tokensOf = async (asked: Asked): Promise<number> =>
  (await countTokens([...asked.prompt], 'openai/gpt-4o-mini')).tokens;

describe('a window', () => {
  it('keeps prompts below their limit, with the system and the question, and what is stored as it is', async () => {
    const plain = start(undefined);
    const limited = start({ maxTokens: 600 });
    for (let turn = 0; turn < 30; turn++) {
      const question = `question ${turn}: ${WORDS}`;
      await plain.ask(question);
      await limited.ask(question);
      const sent = limited.prompts.at(-1)!;
      expect(await tokensOf(sent)).toBeLessThanOrEqual(600);
      expect(sent.prompt[0]).toMatchObject({ role: 'system', content: 'You are the system.' });
      expect(textOf({ prompt: sent.prompt.slice(-1) })).toContain(`question ${turn}:`);
    }
    expect(await tokensOf(plain.prompts.at(-1)!)).toBeGreaterThan(1500);
    expect(await limited.stored()).toEqual(await plain.stored());
    expect(limited.events.at(-1)).toMatchObject({ agent: 'a', budget: 600, isTooLong: false });
  });

  it('begins alike for many turns, and at every turn differently when it slides', async () => {
    const starts = async (trim: 'block' | 'slide') => {
      const { ask, prompts } = start({ maxTokens: 1500, trim });
      for (let turn = 0; turn < 60; turn++) await ask(`question ${turn}: ${WORDS}`);
      return new Set(prompts.map(({ prompt }) => JSON.stringify(prompt[1]))).size;
    };
    expect(await starts('slide')).toBeGreaterThan(25);
    expect(await starts('block')).toBeLessThan(10);
  });

  it('says in the outcome what was left out', async () => {
    const { ask } = start({ maxTokens: 200 });
    expect(perf!.outcome(await ask('first'))).toEqual({ outcome: 'bypass' });
    for (let turn = 0; turn < 5; turn++) await ask(WORDS);
    const { context } = perf!.outcome(await ask('last'))!;
    expect(context).toMatchObject({ droppedMessages: 6 });
    expect(context!.tokensBefore).toBeGreaterThan(200);
    expect(context!.tokensAfter).toBeLessThanOrEqual(200);
  });

  it('keeps what tools have told in ten steps of one turn, with their calls', async () => {
    const look = createTool({
      id: 'look',
      description: 'looks',
      inputSchema: z.object({ step: z.number() }),
      execute: async ({ step }: { step: number }) => ({ found: `result ${step} ${WORDS}` }),
    } as never);
    let step = 0;
    const { ask, prompts } = start({ maxTokens: 900 }, { tools: { look } }, () => {
      step++;
      if (step <= 12 || step > 22) return { text: `old ${WORDS}` };
      return { tools: [{ id: `call-${step}`, name: 'look', args: { step } }] };
    });
    for (let turn = 0; turn < 12; turn++) await ask(`old ${turn} ${WORDS}`);
    prompts.length = 0;
    await ask('the question');
    expect(prompts.length).toBeGreaterThan(3);
    for (const [index, { prompt }] of prompts.entries()) {
      const text = JSON.stringify(prompt);
      expect(text).toContain('the question');
      for (let done = 0; done < index; done++) expect(text).toContain(`result ${13 + done} `);
      expect(text.match(/"tool-call"/g)?.length ?? 0).toBe(index);
      expect(text.match(/"tool-result"/g)?.length ?? 0).toBe(index);
    }
  });

  it('is the window of the model where nothing else is said', async () => {
    const { ask, events } = start(true);
    await ask('short');
    expect(events).toEqual([]);
    await ask('a word '.repeat(130_000)); // gpt-4o-mini takes 128,000
    expect(events).toMatchObject([{ isTooLong: true, model: 'openai/gpt-4o-mini' }]);
    expect(events[0]!.budget).toBeGreaterThan(100_000);
    expect(events[0]!.budget).toBeLessThan(128_000);
  });

  it('sends a question that is too long alone as it is, or fails, and says so', async () => {
    const sends = start({ maxTokens: 50 });
    await sends.ask('old');
    await sends.ask(`too long ${WORDS}`);
    expect(textOf(sends.prompts.at(-1)!)).toContain('too long');
    expect(textOf(sends.prompts.at(-1)!)).not.toContain('"old"');
    expect(sends.events).toMatchObject([{ isTooLong: true }]);
    const fails = start({ maxTokens: 50, onOverflow: 'error' });
    await expect(fails.ask(`too long ${WORDS}`)).rejects.toMatchObject({
      code: 'MASTRA_PERF_CONTEXT_OVERFLOW',
    });
    expect(fails.prompts).toEqual([]);
  });

  it('is off for an agent or a run that says so', async () => {
    const { ask, events, agent } = start({ maxTokens: 100 });
    for (let turn = 0; turn < 3; turn++)
      await agent.generate(WORDS, {
        memory: { thread: 't', resource: 'r' },
        requestContext: perf!.context({ context: false }),
      });
    expect(events).toEqual([]);
    await ask(WORDS);
    expect(events).toHaveLength(1);
  });
});
