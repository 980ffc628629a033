import { setTimeout } from 'node:timers/promises';

const DIMENSIONS = 1536;

export interface Provider {
  /** An embedding model of AI SDK specification v3. */
  readonly model: {
    readonly specificationVersion: 'v3';
    readonly provider: string;
    readonly modelId: string;
    readonly maxEmbeddingsPerCall: number;
    readonly supportsParallelCalls: true;
    doEmbed(options: { readonly values: readonly string[] }): Promise<{
      readonly embeddings: number[][];
      readonly usage: { readonly tokens: number };
      readonly warnings: never[];
    }>;
  };
  /** Requests and texts since the last look. */
  counted(): { readonly requests: number; readonly texts: number };
}

/** Takes `latencyMs` for each request, whatever is in it, and works on `parallel` at a time; others wait. */
export function createProvider(latencyMs: number, parallel: number, maxEmbeddingsPerCall: number): Provider {
  let counts = { requests: 0, texts: 0 };
  let busy = 0;
  const waiting: Array<() => void> = [];
  const enter = (): Promise<void> | undefined => {
    if (busy++ < parallel) return undefined;
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    busy--;
    waiting.shift()?.();
  };
  return {
    model: {
      specificationVersion: 'v3',
      provider: 'simulated',
      modelId: 'embedder',
      maxEmbeddingsPerCall,
      supportsParallelCalls: true,
      async doEmbed({ values }) {
        counts.requests++;
        counts.texts += values.length;
        await enter();
        if (latencyMs > 0) await setTimeout(latencyMs);
        leave();
        return { embeddings: values.map(vectorOf), usage: { tokens: values.length }, warnings: [] };
      },
    },
    counted() {
      const last = counts;
      counts = { requests: 0, texts: 0 };
      return last;
    },
  };
}

/** As long as those of `text-embedding-3-small`, with numbers that half the bits hold exactly. */
export function vectorOf(text: string): number[] {
  let state = 1;
  for (let at = 0; at < text.length; at++) state = (Math.imul(state, 31) + text.charCodeAt(at)) >>> 0;
  return Array.from({ length: DIMENSIONS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
}
