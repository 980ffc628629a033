import { hashVector } from '../hash-vector.ts';
import type { MockSpec, SpecEmbedder } from './mock-spec.ts';
import { untilAborted } from '../until-aborted.ts';

export interface MockEmbedderOptions<S extends MockSpec = MockSpec> {
  /** Mastra 1.71 accepts v2 and v3 as an embedder, not v4. @default 'v2' */
  readonly spec?: S;
  /** @default 'mock' */
  readonly provider?: string;
  /** @default 'mock-embedder' */
  readonly modelId?: string;
  /** @default 8 */
  readonly dimensions?: number;
  /** A call with more texts than this rejects, as a provider would. @default no limit */
  readonly maxEmbeddingsPerCall?: number;
  /** Whatever it returns except undefined rejects that call (numbered from 1). */
  readonly fail?: (texts: readonly string[], callNumber: number) => unknown;
  /** Awaited before each answer, so that a test can hold a call open. */
  readonly gate?: (callNumber: number) => Promise<void> | void;
}

export type MockEmbedder<S extends MockSpec = MockSpec> = SpecEmbedder<S> & {
  readonly calls: { total: number; readonly texts: string[][] };
};

/** An embedding model without a network: vectors are `hashVector` of the text, usage is a token per four characters. */
export function mockEmbedder<S extends MockSpec = 'v2'>(
  options: MockEmbedderOptions<S> = {},
): MockEmbedder<S> {
  const { dimensions = 8, maxEmbeddingsPerCall } = options;
  const calls: MockEmbedder['calls'] = { total: 0, texts: [] };
  const embedder = {
    specificationVersion: options.spec ?? 'v2',
    provider: options.provider ?? 'mock',
    modelId: options.modelId ?? 'mock-embedder',
    maxEmbeddingsPerCall,
    supportsParallelCalls: true,
    calls,
    async doEmbed({ values, abortSignal }: { values: string[]; abortSignal?: AbortSignal }) {
      const callNumber = ++calls.total;
      calls.texts.push([...values]);
      abortSignal?.throwIfAborted();
      if (maxEmbeddingsPerCall !== undefined && values.length > maxEmbeddingsPerCall) {
        throw new Error(
          `too many values for one embedding call: ${values.length}, at most ${maxEmbeddingsPerCall}`,
        );
      }
      await untilAborted(options.gate?.(callNumber), abortSignal);
      const failure = options.fail?.(values, callNumber);
      if (failure !== undefined) throw failure;
      return {
        embeddings: values.map((text) => hashVector(text, dimensions)),
        usage: { tokens: values.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0) },
        warnings: [],
      };
    },
  };
  return embedder as unknown as MockEmbedder<S>;
}
