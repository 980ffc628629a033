import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { askingAgent, topicOf, type AskingAgent } from './asking-agent.ts';

const open: AskingAgent[] = [];
const start = (...options: Parameters<typeof askingAgent>): AskingAgent => {
  const started = askingAgent(...options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ perf }) => perf.close()));
});

/** Of 80 right ones in a row it follows that, most likely, fewer than 5 % are wrong. */
const ENOUGH = 80;
const maxErrorRate = 0.05;

/** Asks about new topics, each in two ways, and tells how the second ones were answered. */
async function askPairs(one: AskingAgent, from: number, count: number) {
  const outcomes = [];
  for (let topic = from; topic < from + count; topic++) {
    await one.ask(`topic ${topic}: what is it?`);
    outcomes.push(await one.ask(`topic ${topic}: tell me of it`));
  }
  return outcomes;
}
const served = (outcomes: readonly { readonly outcome: string }[]): number =>
  outcomes.filter(({ outcome }) => outcome === 'semantic').length;

describe('without anybody who verifies', () => {
  it('answers are compared first, and given once enough of them were the same', async () => {
    const one = start({ semantic: { maxErrorRate } });
    const first = await askPairs(one, 0, ENOUGH);
    expect(served(first)).toBeLessThanOrEqual(5);
    const later = await askPairs(one, ENOUGH, 30);
    expect(served(later)).toBeGreaterThan(20);
    for (const { text, semantic } of later) if (semantic) expect(text).toBe(topicOf(semantic.question!));
    const { hits, right, wrong, learned } = one.stats();
    expect({ hits, wrong }).toEqual({ hits: served(first) + served(later), wrong: 0 });
    expect(right).toBeGreaterThanOrEqual(76);
    expect(learned).toMatchObject([{ agent: 'a', threshold: expect.any(Number), wrong: 0 }]);
  });

  it('answers that turn out to be different are never given', async () => {
    const one = start({ semantic: { maxErrorRate }, answer: (question) => ({ text: question }) });
    expect(served(await askPairs(one, 0, 110))).toBe(0);
    expect(one.stats()).toMatchObject({ right: 0, wrong: 110 });
  });

  it('answers may be longer than questions, and one word makes them different', async () => {
    const long = Array.from({ length: 300 }, (_, at) => `Step ${at} is done.`).join(' ');
    const endings: Record<string, string> = {
      'topic 1: what is it?': "You'll find it here.",
      'topic 1: tell me of it': 'You will find it here.',
      'topic 2: what is it?': 'Use the blue form.',
      'topic 2: tell me of it': 'Use the red form.',
    };
    const one = start({ answer: (question) => ({ text: `${long} ${endings[question]}` }) });
    await askPairs(one, 1, 1);
    expect(one.stats()).toMatchObject({ right: 1, wrong: 0 });
    await askPairs(one, 2, 1);
    expect(one.stats()).toMatchObject({ right: 1, wrong: 1 });
  });

  it('what was learned is there after a restart', async () => {
    const store = { ...memoryStore(), close: async () => undefined };
    const before = start({ semantic: { maxErrorRate }, perf: { store } });
    await askPairs(before, 0, ENOUGH + 10);
    await before.perf.close();
    const after = start({ semantic: { maxErrorRate }, perf: { store } });
    expect(served(await askPairs(after, 1000, 20))).toBeGreaterThan(12);
  });

  it('with an error rate of 0 nothing is given', async () => {
    const one = start({ semantic: { maxErrorRate: 0 } });
    expect(served(await askPairs(one, 0, 20))).toBe(0);
  });
});

describe('with somebody who verifies', () => {
  it('is asked less once it is known what it would say', async () => {
    let verified = 0;
    const one = start({ semantic: { maxErrorRate, verify: () => ++verified > 0 } });
    const outcomes = await askPairs(one, 0, ENOUGH + 40);
    expect(served(outcomes)).toBe(ENOUGH + 40);
    expect(verified).toBeLessThan(ENOUGH + 15);
    expect(one.stats()).toMatchObject({ hits: ENOUGH + 40, verified });
  });
});

describe('feedback', () => {
  it('keeps an answer from a question that it was wrong for', async () => {
    const one = start({ semantic: { verify: () => true } });
    await one.ask('topic 1: what is it?');
    const wrong = await one.ask('topic 1: where is it?');
    expect(await one.perf.cache.feedback(wrong, 'wrong')).toBe(true);
    expect(await one.perf.cache.feedback(wrong, 'wrong')).toBe(false); // told before
    expect(await one.ask('topic 1: where is it?')).toMatchObject({ outcome: 'miss' });
    expect(one.stats()).toMatchObject({ right: 1, wrong: 1 });
  });

  it('counts as evidence, in whatever process it arrives', async () => {
    const store = { ...memoryStore(), close: async () => undefined };
    const a = start({ semantic: { verify: () => true }, perf: { store } });
    await a.ask('topic 1: what is it?');
    const right = await a.ask('topic 1: tell me of it');
    const b = start({ semantic: { verify: () => true }, perf: { store } });
    expect(await b.perf.cache.feedback(JSON.parse(JSON.stringify(right)), 'right')).toBe(true);
    expect(b.stats().learned).toMatchObject([{ agent: 'a', right: 2, wrong: 0 }]);
  });

  it('that answers are wrong takes trust away', async () => {
    const one = start({ semantic: { maxErrorRate } });
    await askPairs(one, 0, ENOUGH);
    const given = (await askPairs(one, 500, 40)).filter(({ outcome }) => outcome === 'semantic');
    expect(given.length).toBeGreaterThan(20);
    for (const outcome of given) await one.perf.cache.feedback(outcome, 'wrong');
    expect(served(await askPairs(one, 900, 20))).toBe(0);
  });
});

describe('shadow mode', () => {
  it('gives nothing, and counts what it would have given', async () => {
    const one = start({ semantic: { mode: 'shadow', maxErrorRate } });
    expect(served(await askPairs(one, 0, ENOUGH + 30))).toBe(0);
    const { hits, shadowHits, shadowErrors, right } = one.stats();
    expect({ hits, shadowErrors, right }).toEqual({ hits: 0, shadowErrors: 0, right: ENOUGH + 30 });
    expect(shadowHits).toBeGreaterThan(25);
    expect(one.asked).toHaveLength(2 * (ENOUGH + 30));
  });

  it('counts the errors that it would have made', async () => {
    let isChanged = false;
    const one = start({
      semantic: { mode: 'shadow', maxErrorRate },
      answer: (question) => ({ text: isChanged ? question : topicOf(question) }),
    });
    await askPairs(one, 0, ENOUGH + 5);
    isChanged = true;
    await askPairs(one, 500, 10);
    const { shadowErrors, shadowHits } = one.stats();
    expect(shadowErrors).toBeGreaterThan(0);
    expect(shadowErrors).toBeLessThan(shadowHits);
  });

  it('asks verify beside the call', async () => {
    const gate = Promise.withResolvers<boolean>();
    const one = start({ semantic: { mode: 'shadow', verify: () => gate.promise } });
    await one.ask('topic 1: what is it?');
    const result = await one.agent.generate('topic 1: tell me of it');
    expect(result.text).toBe('about topic 1');
    gate.resolve(true);
    await one.perf.flush();
    expect(one.stats()).toMatchObject({ hits: 0, shadowHits: 1, right: 1 });
  });
});
