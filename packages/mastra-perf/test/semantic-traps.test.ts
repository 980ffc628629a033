import { mockModel } from '@mastra-perf/testkit';
import { afterEach, expect, it } from 'vitest';
import { createPerf, type Perf } from '../src/index.ts';
import { adversarialPairs } from '../src/semantic/guards/test-adversarial-pairs.ts';
import { laterTraps, smallWordTraps } from '../src/semantic/guards/test-later-pairs.ts';
import { paraphrasePairs } from '../src/semantic/guards/test-paraphrase-pairs.ts';
import { topicEmbedder } from './asking-agent.ts';

/* Questions that look alike and are not, to an embedding model that sees no difference between any two. */

type Pair = readonly [a: string, b: string];

const traps = [...adversarialPairs.map(({ a, b }): Pair => [a, b]), ...laterTraps, ...smallWordTraps];
const paraphrases = paraphrasePairs.map(({ a, b }): Pair => [a, b]);
const SAME = Array.from({ length: 40 }, (_, at): Pair => {
  return [`How do I wash shirt ${at}?`, `How can I wash shirt ${at}, please?`];
});

let perf: Perf;
afterEach(() => perf.close());

/** A model behind the cache with its default guards, which tells the second questions that were served. */
function startModel() {
  let closeness = 0.8; // of two questions: 0.64, the least that is looked at being 0.6
  perf = createPerf({
    embeddings: { batchWait: 0 },
    cache: { semantic: { embedder: topicEmbedder({ closeness: () => closeness }), maxErrorRate: 0.5 } },
  });
  const model = perf.model(mockModel({ spec: 'v3', respond: () => ({ text: 'Always this.' }) }));
  let asked = 0;
  const ask = async (text: string, about: string): Promise<boolean> => {
    const user = { role: 'user', content: [{ type: 'text', text }] };
    const result = await model.doGenerate({ prompt: [{ role: 'system', content: about }, user] } as never);
    await perf.flush();
    return (await perf.outcome(result as never))?.outcome === 'semantic';
  };
  const served = async (pairs: readonly Pair[]): Promise<readonly string[]> => {
    const questions: string[] = [];
    for (const [a, b] of pairs) {
      const about = `Pair ${asked++}.`; // no question meets those of other pairs
      await ask(a, about);
      if (await ask(b, about)) questions.push(b);
    }
    return questions;
  };
  return {
    served,
    /** Learns that whatever the guards let pass has one answer, however little alike. */
    async trust() {
      await served(SAME);
      closeness = 0.999;
    },
    judged() {
      const { right, wrong } = perf.cache.stats().semantic!;
      return right + wrong;
    },
    refused: () => Object.values(perf.cache.stats().semantic!.refused).reduce((sum, count) => sum + count, 0),
  };
}

it('traps in fifteen languages get no answer by meaning, trusted as the cache may be: its guards let none pass', async () => {
  const model = startModel();
  await model.trust();
  const [judged, refused] = [model.judged(), model.refused()];
  expect(await model.served(traps)).toEqual([]);
  expect(model.judged()).toBe(judged);
  expect(model.refused() - refused).toBe(traps.length);
});

it('the same trust serves paraphrases', async () => {
  const model = startModel();
  await model.trust();
  // All but three that are refused, and one in twenty that is judged first.
  expect((await model.served(paraphrases)).length).toBeGreaterThan(0.75 * paraphrases.length);
});

it('traps get none from a cache that is new, nor do paraphrases', async () => {
  expect(await startModel().served([...traps, ...paraphrases.slice(0, 3)])).toEqual([]);
});
