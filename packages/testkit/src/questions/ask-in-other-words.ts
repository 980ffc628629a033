import { hashVector } from '../hash-vector.ts';
import { mockModel } from '../mocks/mock-model.ts';

/** As much of a plugin as is needed to ask. */
interface Asking {
  model(model: never): object;
}

/** In the eyes of this model, questions about one topic are the same. */
export const topicsEmbedder = () => ({
  specificationVersion: 'v3' as const,
  provider: 'test',
  modelId: 'topics',
  maxEmbeddingsPerCall: 100,
  supportsParallelCalls: true,
  doEmbed: async ({ values }: { readonly values: readonly string[] }) => ({
    embeddings: values.map((text) => hashVector(/topic \d+/.exec(text)?.[0] ?? text, 64)),
    usage: { tokens: values.length },
    warnings: [],
  }),
});

interface Answered {
  readonly providerMetadata?: { readonly mastraPerf?: { readonly outcome?: string } };
}

/** Asks about so many topics, each in two ways; tells how often the second one was answered by meaning. */
export async function askInOtherWords(perf: Asking, from: number, count: number): Promise<number> {
  const model = mockModel({
    spec: 'v3',
    respond: (request) => ({ text: /topic \d+/.exec(JSON.stringify(request.prompt))?.[0] ?? '' }),
  });
  const asking = perf.model(model as never) as { doGenerate(request: object): Promise<Answered> };
  const ask = async (text: string): Promise<string | undefined> => {
    const prompt = [{ role: 'user', content: [{ type: 'text', text }] }];
    const { providerMetadata } = await asking.doGenerate({ prompt });
    return providerMetadata?.mastraPerf?.outcome;
  };
  let served = 0;
  for (let topic = from; topic < from + count; topic++) {
    await ask(`topic ${topic}: what is it?`);
    if ((await ask(`topic ${topic}: tell me of it`)) === 'semantic') served++;
  }
  return served;
}
