import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { normalizerOf, type Normalize } from '../base/normalize.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { beginCall } from '../pipeline/begin-call.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { testCache } from './test-cache.ts';

function setUp() {
  const clock = testClock();
  const faults: string[] = [];
  const fault = (where: string): void => void faults.push(where);
  const { cache, background } = testCache({ clock, store: memoryStoreOn(clock), fault });
  const model = testModel((_asked, index) => replyOf(answerOf(`answer ${index}`)));
  const run = compose(
    [cache.lookup, coalesce({ ...cache, clock, settingsOf: () => ({}) }), cache.fill],
    fault,
  );
  const ask = async (normalize: Normalize, text: string) => {
    const call = beginCall(
      {
        method: 'stream',
        model: { provider: 'test', modelId: 'model', specification: 'v3' },
        request: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }] },
        invoke: model.invoke,
      },
      { agent: 'support', scope: ['agent'] },
      {},
      normalizerOf(normalize),
    );
    const said = await textFrom(run(call));
    await background.idle();
    return [said, call.facts.outcome.name] as const;
  };
  return { cache, faults, model, ask };
}

describe('normalized questions', () => {
  it('are answered from the cache where their mode takes them for equal', async () => {
    const { ask, faults } = setUp();
    expect(await ask('insensitive', ' What is TTL? ')).toEqual(['answer 0', 'miss']);
    expect(await ask('insensitive', 'what is ttl?')).toEqual(['answer 0', 'hit']);
    expect(await ask('whitespace', 'what is ttl?')).toEqual(['answer 1', 'miss']);
    expect(await ask('exact', 'what is ttl?')).toEqual(['answer 2', 'miss']);
    expect(await ask('insensitive', 'WHAT  IS  TTL?')).toEqual(['answer 0', 'hit']);
    expect(faults).toEqual([]);
  });

  it('reach the model as they were asked', async () => {
    const { ask, model } = setUp();
    await ask('insensitive', '  What is TTL? ');
    expect(model.asked[0]!.request.prompt).toEqual([
      { role: 'user', content: [{ type: 'text', text: '  What is TTL? ' }] },
    ]);
  });

  it.each<[what: string, normalize: Normalize]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns no text', (() => undefined) as never],
    ['returns a promise', (async (text: string) => text) as never],
  ])('go to the model uncached when their function %s, and the fault is told', async (_what, normalize) => {
    const { ask, cache, faults, model } = setUp();
    expect((await ask(normalize, 'hi'))[0]).toBe('answer 0');
    expect((await ask(normalize, 'hi'))[0]).toBe('answer 1');
    expect(model.asked).toHaveLength(2);
    expect(cache.stats()).toMatchObject({ entries: 0, store: { writes: 0 } });
    expect(faults).toContain('cache.lookup');
  });
});
