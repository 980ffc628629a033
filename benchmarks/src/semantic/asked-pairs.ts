import { mockModel } from '@mastra-perf/testkit';
import { createPerf, type PerfEvents } from 'mastra-perf';
import { knownEmbedder } from '../context-recall/known-embedder.ts';
import type { TextVectors } from './pair-cosines.ts';
import type { JudgedPair } from './pairs.ts';

/** How the second question of a pair was answered, once the first had been: `judged` is what `verify` had confirmed. */
export type Answered = 'served' | 'judged' | 'model';

export interface AskedPairs {
  /** Asks one question of a pair, then the other. What is learned stays; each time the pair is a new one. */
  ask(pair: JudgedPair): Promise<Answered>;
  readonly faults: readonly PerfEvents['fault'][];
  /** From which score on answers are given by now. */
  threshold(): number | undefined;
  /** Pairs that reached `verify`. */
  verifications(): number;
  close(): Promise<void>;
}

export interface AskedPairsOptions {
  readonly vectors: TextVectors;
  readonly maxErrorRate: number;
  /** `verify` answers with the label; without it the answers of the model tell it, which are the same where it is 1. */
  readonly isVerified: boolean;
}

/** A model that answers at once, behind the semantic cache as users have it. Pairs have instructions of their own: they do not meet. */
export function askedPairs({ vectors, maxErrorRate, isVerified }: AskedPairsOptions): AskedPairs {
  const faults: PerfEvents['fault'][] = [];
  let [label, asked, verifications] = [0, 0, 0];
  let said = '';
  const perf = createPerf({
    usage: false,
    latency: false,
    embeddings: { batchWait: 0 }, // one question at a time: there is nothing to wait for
    cache: {
      semantic: {
        embedder: knownEmbedder(vectors) as never,
        maxErrorRate,
        ...(isVerified && { verify: () => (verifications++, label === 1) }),
      },
    },
  });
  perf.on('fault', (fault) => faults.push(fault));
  const model = perf.model(mockModel({ spec: 'v3', respond: () => ({ text: said }) }), { agent: 'asked' });
  const ask = async (text: string, about: string): Promise<Answered> => {
    const result = await model.doGenerate({
      prompt: [
        { role: 'system', content: about },
        { role: 'user', content: [{ type: 'text', text }] },
      ],
    } as never);
    await perf.flush(); // compares and stores
    const outcome = await perf.outcome(result as never);
    if (outcome?.outcome !== 'semantic') return 'model';
    return outcome.semantic?.verified ? 'judged' : 'served';
  };
  return {
    async ask(pair) {
      const about = `Pair ${asked++}.`;
      label = pair.label;
      said = 'Like this.';
      await ask(pair.a, about);
      if (label === 0) said = 'In another way.';
      return ask(pair.b, about);
    },
    faults,
    threshold: () => perf.cache.stats().semantic?.learned[0]?.threshold,
    verifications: () => verifications,
    close: () => perf.close(),
  };
}
