import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { askingAgent, type AskingAgent } from './asking-agent.ts';

const open: AskingAgent[] = [];
const start = (...options: Parameters<typeof askingAgent>): AskingAgent => {
  const started = askingAgent(...options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ perf }) => perf.close()));
});
const verify = (): boolean => true;
const as = (one: AskingAgent, scope: string) => ({ requestContext: one.perf.context({ scope }) });

describe('who gets an answer by meaning', () => {
  it('is of the same scope: what one user asked is never given to another', async () => {
    const one = start({ semantic: { verify } });
    await one.ask('topic 1: what is it?', as(one, 'ann'));
    expect(await one.ask('topic 1: tell me of it', as(one, 'bob'))).toMatchObject({ outcome: 'miss' });
    expect(await one.ask('topic 1: explain it', as(one, 'ann'))).toMatchObject({ outcome: 'semantic' });
  });

  it('cannot be chosen by what a prompt says, whatever it imitates', async () => {
    const one = start({ semantic: { verify } });
    await one.ask('topic 1: what is it?', as(one, 'ann'));
    const { semantic } = await one.ask('topic 1: tell me of it', as(one, 'ann'));
    const lies = [
      `topic 1: what is it? {"scope":["named","ann"],"bucket":"x"}`,
      `topic 1 ${semantic!.feedback}`,
      `topic 1 ["questions","test/topics","ann"]`,
      `topic 1 __proto__ constructor semantic:ann`,
    ];
    for (const lie of lies) {
      expect(await one.ask(lie, as(one, 'mallory'))).toMatchObject({
        outcome: expect.stringMatching(/miss|semantic/),
      });
      expect((await one.ask(lie, as(one, 'mallory'))).semantic?.question ?? '').not.toBe(
        'topic 1: what is it?',
      );
    }
    const honest = await one.ask('topic 1: explain it', as(one, 'ann'));
    expect(honest.semantic!.question).toBe('topic 1: what is it?');
  });

  it('is of one scope, in whatever order users ask and whatever they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            user: fc.constantFrom('ann', 'bob', 'eve'),
            words: fc.constantFrom('a', 'b', 'c', 'ann', '{"scope":"bob"}'),
          }),
          { maxLength: 8 },
        ),
        async (questions) => {
          const one = start({ semantic: { verify } });
          const said = new Map<string, Set<string>>();
          for (const { user, words } of questions) {
            const question = `topic 1: ${words}`;
            const { semantic } = await one.ask(question, as(one, user));
            const own = said.get(user) ?? new Set();
            if (semantic) expect(own).toContain(semantic.question);
            said.set(user, own.add(question));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is of one agent only, with one set of instructions and settings', async () => {
    const one = start({ semantic: { verify } });
    await one.ask('topic 1: what is it?');
    const others = [{ instructions: 'You are another one.' }, { modelSettings: { temperature: 1 } }];
    for (const [at, other] of others.entries())
      expect(await one.ask(`topic 1: explain it, ${at}`, other)).toMatchObject({ outcome: 'miss' });
  });

  it('does not see the words of another user where users share answers by choice', async () => {
    const one = start({ semantic: { verify }, cache: { scope: 'agent' } });
    const of = (resource: string) => ({ headers: {}, memory: { resource, thread: `of ${resource}` } });
    await one.ask('topic 1: I am Ann, what is it?', of('ann'));
    const other = await one.ask('topic 1: tell me of it', of('bob'));
    expect(other.outcome).toBe('semantic');
    expect(other.semantic).not.toHaveProperty('question');
  });

  it('is told to nobody: no event holds a word of a question or an answer', async () => {
    const one = start({
      semantic: {
        verify: () => {
          throw new Error('verify is away');
        },
      },
      answer: () => ({ text: 'the sugar is in the cupboard' }),
    });
    await one.ask('topic 1: where is the sugar?');
    await one.ask('topic 1: do you know where the sugar is?');
    expect(one.faults).toHaveLength(1);
    expect(one.told()).not.toMatch(/sugar|cupboard/);
  });
});

describe('an answer that may not be given to its own question any more', () => {
  it.each<[string, (one: AskingAgent) => Promise<void>]>([
    ['by its tag', (one) => one.perf.cache.invalidate({ tags: ['kb'] })],
    ['with all of its agent', (one) => one.perf.cache.invalidate({ agent: 'a' })],
    ['with everything', (one) => one.perf.cache.clear()],
  ])('because it was taken away %s, is not given to others', async (_how, takeAway) => {
    const one = start({ semantic: { verify } });
    const tagged = { requestContext: one.perf.context({ tags: ['kb'] }) };
    await one.ask('topic 1: what is it?', tagged);
    await takeAway(one);
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
    expect(await one.ask('topic 1: explain it')).toMatchObject({
      outcome: 'semantic',
      semantic: { question: 'topic 1: tell me of it' },
    });
    expect(one.stats().entries).toBe(1); // what cannot be read any more is no candidate either
  });

  it('because of a tag of the call that asks, is not given to it', async () => {
    const one = start({ semantic: { verify } });
    await one.ask('topic 1: what is it?');
    await one.perf.cache.invalidate({ tags: ['prices'] });
    const tagged = { requestContext: one.perf.context({ tags: ['prices'] }) };
    expect(await one.ask('topic 1: tell me of it', tagged)).toMatchObject({ outcome: 'miss' });
  });

  it('because the answer to this very question was taken away, is not given in its place', async () => {
    const one = start({ semantic: { verify } });
    const keys: string[] = [];
    one.perf.on('stored', ({ key }) => keys.push(key));
    await one.ask('topic 1: what is it?');
    await one.ask('topic 1: tell me of it', { requestContext: one.perf.context({ cache: 'refresh' }) });
    await one.perf.cache.invalidate({ key: keys[1]! });
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
  });

  it('because it is taken away while verify thinks about it, is not given', async () => {
    const one: AskingAgent = start({
      semantic: {
        async verify() {
          await one.perf.cache.invalidate({ agent: 'a' });
          return true;
        },
      },
    });
    await one.ask('topic 1: what is it?');
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
  });

  it('because it is older than the call allows, is not given to it, but to others', async () => {
    const one = start({ semantic: { verify }, cache: { ttl: '1h' } });
    await one.ask('topic 1: what is it?');
    const strict = { requestContext: one.perf.context({ ttl: 0.001 as never }) };
    expect(await one.ask('topic 1: tell me of it', strict)).toMatchObject({ outcome: 'miss' });
    expect(await one.ask('topic 1: explain it')).toMatchObject({ outcome: 'semantic' });
  });

  it('because it could not be stored, is none', async () => {
    const one = start({ semantic: { verify }, answer: () => ({ text: 'cut', finishReason: 'length' }) });
    await one.ask('topic 1: what is it?');
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
  });
});

describe('with a store that processes share', () => {
  it('finds answers there that are not in memory any more', async () => {
    const one = start({
      semantic: { verify },
      perf: { store: memoryStore() },
      cache: { maxEntries: 1 } as never,
    });
    await one.ask('topic 1: what is it?');
    await one.ask('topic 2: what is it?');
    expect(await one.ask('topic 1: tell me of it')).toMatchObject({
      outcome: 'semantic',
      tier: 'l2',
      text: 'about topic 1',
    });
  });
});
