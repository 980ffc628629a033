import { createTool } from '@mastra/core/tools';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askingAgent, topicEmbedder, type AskingAgent } from './asking-agent.ts';

const open: AskingAgent[] = [];
const start = (...options: Parameters<typeof askingAgent>): AskingAgent => {
  const started = askingAgent(...options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ perf }) => perf.close()));
});
const yes = (): boolean => true;

describe('answers by meaning', () => {
  it('are off unless they are named', async () => {
    const one = start({ semantic: false });
    await one.ask('topic 1: what is it?');
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
    expect(one.perf.cache.stats().semantic).toBeUndefined();
  });

  it('are those to a question of which verify says that it is the same', async () => {
    const pairs: string[][] = [];
    const one = start({ semantic: { verify: (...pair) => pairs.push(pair) > 0 } });
    await one.ask('topic 1: what is it?');
    const second = await one.ask('topic 1: tell me of it');
    expect(second).toMatchObject({
      outcome: 'semantic',
      text: 'about topic 1',
      tier: 'l1',
      saved: { inputTokens: 10, outputTokens: 5 },
      semantic: { question: 'topic 1: what is it?', guards: [], verified: true },
    });
    expect(second.semantic!.similarity).toBeGreaterThan(0.95);
    expect(pairs).toEqual([['topic 1: tell me of it', 'topic 1: what is it?']]);
    expect(one.asked).toEqual(['topic 1: what is it?']);
    expect(one.stats()).toMatchObject({ lookups: 2, hits: 1, verified: 1, right: 1, entries: 1 });
  });

  it('are looked for after an exact miss only', async () => {
    const one = start({ semantic: { verify: yes } });
    await one.ask('topic 1: what is it?');
    expect(await one.ask('topic 1: what is it?')).toMatchObject({ outcome: 'hit' });
    expect(one.stats()).toMatchObject({ lookups: 1, hits: 0 });
  });

  it('stream where a stream is asked for', async () => {
    const one = start({ semantic: { verify: yes } });
    await one.ask('topic 1: what is it?');
    const stream = await one.agent.stream('topic 1: tell me of it');
    let text = '';
    for await (const part of stream.textStream) text += part;
    expect(text).toBe('about topic 1');
    expect(await one.perf.outcome(stream as never)).toMatchObject({ outcome: 'semantic' });
  });

  it('are not stored under the question that got them: each is found by way of the first', async () => {
    const one = start({ semantic: { verify: yes } });
    await one.ask('topic 1: what is it?');
    for (const question of ['topic 1: tell me of it', 'topic 1: explain it', 'topic 1: tell me of it'])
      expect(await one.ask(question)).toMatchObject({
        outcome: 'semantic',
        semantic: { question: 'topic 1: what is it?' },
      });
    expect(one.perf.cache.stats().entries).toBe(1);
    expect(one.stats().right).toBe(2); // nobody is asked about the same pair again
  });

  it('are not given where verify says that it is another question', async () => {
    const one = start({ semantic: { verify: () => false } });
    await one.ask('topic 1: what is it?');
    expect(await one.ask('topic 1: what is it not?')).toMatchObject({ outcome: 'miss' });
    expect(one.stats()).toMatchObject({ hits: 0, wrong: 1 });
  });

  it('are not given where a guard tells the questions apart, whatever verify would say', async () => {
    const guard = { name: 'letters', passes: (a: string, b: string) => a.at(-1) === b.at(-1) };
    const broken = {
      name: 'broken',
      passes() {
        throw new Error('guard');
      },
    };
    const one = start({ semantic: { verify: yes, guards: [guard] } });
    await one.ask('topic 1: part A');
    expect(await one.ask('topic 1: part B')).toMatchObject({ outcome: 'miss' });
    expect(await one.ask('topic 1: the part A')).toMatchObject({
      outcome: 'semantic',
      semantic: { guards: ['letters'] },
    });
    expect(one.stats().refused).toEqual({ letters: 2 });
    const other = start({ semantic: { verify: yes, guards: [broken] } });
    await other.ask('topic 1: part A');
    expect(await other.ask('topic 1: part B')).toMatchObject({ outcome: 'miss' });
    expect(other.stats().refused).toEqual({ broken: 1 });
  });

  it('pass the guards that are on by default, and those that are added to them', async () => {
    const mine = { name: 'mine', passes: (a: string, b: string) => a.length === b.length };
    let made = 0;
    const own = start({ semantic: { verify: yes, guards: (defaults) => (made++, [...defaults, mine]) } });
    await own.ask('How do I enable topic 1?');
    for (const question of ['How do I disable topic 1?', 'How do I enable topic 1, please?'])
      expect(await own.ask(question)).toMatchObject({ outcome: 'miss' });
    expect(own.stats().refused).toMatchObject({ mine: 1 });
    expect(made).toBe(1);
    const wrong = start({ semantic: { verify: yes, guards: () => 'none' as never } });
    await wrong.ask('topic 1: what is it?');
    expect(await wrong.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
    expect(String(wrong.faults[0]?.error)).toContain('must return an array of guards');
    const one = start({ semantic: { verify: yes, guards: undefined } as never });
    await one.ask('How do I enable topic 1?');
    expect(await one.ask('How do I disable topic 1?')).toMatchObject({ outcome: 'miss' });
  });

  it('ask the embedding model once for each text, by its own door', async () => {
    const embedder = topicEmbedder();
    const one = start({ embedder, semantic: { verify: yes } });
    await one.ask('topic 1: what is it?');
    await one.ask('TOPIC 1:  what is it?');
    expect(embedder.calls).toEqual(['topic 1: what is it']);
    expect(one.perf.cache.stats().embeddings).toMatchObject({ texts: 2, hits: 1 });
  });

  it('are not looked for in calls that bypass or refresh the cache, or have none', async () => {
    const one = start({ semantic: { verify: yes } });
    await one.ask('topic 1: what is it?');
    for (const cache of ['bypass', 'refresh', false] as const) {
      const requestContext = one.perf.context({ cache });
      expect((await one.ask(`topic 1: with ${cache}`, { requestContext })).outcome).not.toBe('semantic');
    }
    expect(one.asked).toHaveLength(4);
  });
});

describe('calls that are more than a question', () => {
  const add = createTool({
    id: 'add',
    description: 'adds',
    inputSchema: z.object({ a: z.number() }),
    execute: async () => 2,
  });
  const thread = [
    { role: 'user', content: 'topic 1: hello' },
    { role: 'assistant', content: 'hello' },
  ] as const;

  it('with turns before it, tools or a structure get no answer by meaning', async () => {
    const one = start({ semantic: { verify: yes }, answer: () => ({ text: '{"x":"y"}' }) });
    const kinds: Array<(question: string) => Promise<unknown>> = [
      (question) => one.agent.generate([...thread, { role: 'user', content: question }] as never),
      (question) => one.agent.generate(question, { toolsets: { own: { add } } }),
      (question) =>
        one.agent.generate(question, { structuredOutput: { schema: z.object({ x: z.string() }) } }),
    ];
    for (const ask of kinds) {
      await ask('topic 1: what is it?');
      const before = one.asked.length;
      await ask('topic 1: tell me of it');
      expect(one.asked.length).toBe(before + 1);
    }
    expect(one.stats()).toMatchObject({ lookups: 0, skipped: 6, entries: 0 });
  });

  it('get one where they are named', async () => {
    const one = start({
      semantic: { verify: yes, maxTurns: 2, tools: true, structuredOutput: true },
      answer: () => ({ text: '{"x":"y"}' }),
    });
    const kinds: Array<(question: string) => Promise<unknown>> = [
      (question) => one.agent.generate([...thread, { role: 'user', content: question }] as never),
      (question) => one.agent.generate(question, { toolsets: { own: { add } } }),
      (question) =>
        one.agent.generate(question, { structuredOutput: { schema: z.object({ x: z.string() }) } }),
    ];
    for (const ask of kinds) {
      await ask('topic 1: what is it?');
      await one.perf.flush();
      const result = (await ask('topic 1: tell me of it')) as object;
      expect(one.perf.outcome(result as never)).toMatchObject({ outcome: 'semantic' });
    }
    expect(one.asked).toHaveLength(3);
  });

  it('never get an answer that calls a tool', async () => {
    const one = start({
      semantic: { verify: yes, tools: true, maxTurns: 3 },
      answer: (_question, call) =>
        call % 2 === 1 ? { tools: [{ name: 'add', args: { a: 1 } }] } : { text: 'two' },
    });
    await one.ask('topic 1: what is it?', { toolsets: { own: { add } } });
    await one.ask('topic 1: tell me of it', { toolsets: { own: { add } } });
    expect(one.asked).toHaveLength(4);
    expect(one.stats().hits).toBe(0);
  });

  it('may have one history, but not two', async () => {
    const one = start({ semantic: { verify: yes, maxTurns: 2 } });
    const ask = (before: string, question: string) =>
      one.ask([
        { role: 'user', content: before },
        { role: 'assistant', content: 'hello' },
        { role: 'user', content: question },
      ] as never);
    await ask('topic 1: I am Ann', 'topic 1: who am I?');
    expect(await ask('topic 1: I am Bob', 'topic 1: what is my name?')).toMatchObject({ outcome: 'miss' });
    expect(await ask('topic 1: I am Ann', 'topic 1: what is my name?')).toMatchObject({
      outcome: 'semantic',
    });
  });
});
