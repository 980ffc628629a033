import { mockEmbedder, type MockEmbedder } from '@mastra-perf/testkit';

const DIMENSIONS = 512;

/** An embedding model as Mastra takes it, of texts whose vectors are known; any other fails, but the "a" that Mastra learns the length with. */
export function knownEmbedder(vectorOf: ReadonlyMap<string, Float32Array>): MockEmbedder<'v3'> {
  const embedder = mockEmbedder({ spec: 'v3', modelId: 'local-en', dimensions: DIMENSIONS });
  const known = new Map([...vectorOf].map(([text, vector]) => [evenlySpaced(text), vector]));
  const embeddingOf = (text: string): number[] => {
    const vector = known.get(evenlySpaced(text));
    if (!vector && text !== 'a') throw new Error(`no vector of ${JSON.stringify(text)}`);
    return [...(vector ?? new Float32Array(DIMENSIONS).fill(1))];
  };
  embedder.doEmbed = ({ values }) =>
    Promise.resolve({ embeddings: values.map(embeddingOf), usage: { tokens: 0 }, warnings: [] });
  return embedder;
}

/** As Mastra's memory embeds texts. */
const evenlySpaced = (text: string): string => text.split(/\s+/).filter(Boolean).join(' ');
