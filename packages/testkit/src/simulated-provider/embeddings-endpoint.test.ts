import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { cosineSimilarity, embed, embedMany } from 'ai';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startSimulatedProvider } from './start-simulated-provider.ts';

const provider = await startSimulatedProvider();
const clients = {
  compatible: createOpenAICompatible({ name: 'sim', baseURL: provider.url, apiKey: 'k' }).embeddingModel('e'),
  openai: createOpenAI({ baseURL: provider.url, apiKey: 'k' }).embedding('text-embedding-3-small'),
};
beforeEach(() => {
  provider.reset();
  provider.configure({ embed: undefined });
});
afterAll(() => provider.close());

test.each(['compatible', 'openai'] as const)('embedMany with the %s client', async (name) => {
  const { embeddings, usage } = await embedMany({
    model: clients[name],
    values: ['where is my parcel', 'my parcel, where is it', 'bake bread'],
  });
  const [asked, reworded, other] = embeddings;
  expect(asked).toHaveLength(256);
  expect(cosineSimilarity(asked ?? [], reworded ?? [])).toBeGreaterThan(0.8);
  expect(cosineSimilarity(asked ?? [], other ?? [])).toBeLessThan(0.3);
  expect(provider.totals()).toMatchObject({ embeddings: 1, embeddedTexts: 3, inputTokens: usage.tokens });
  expect(provider.log[0]?.texts?.[2]).toBe('bake bread');
});

test('vectors of your own, and base64 as Float32', async () => {
  provider.configure({ embed: (texts) => texts.map((text) => [text.length, 0.5]) });
  expect((await embed({ model: clients.compatible, value: 'four' })).embedding).toEqual([4, 0.5]);
  const post = async (body: object) => {
    const reply = await fetch(`${provider.url}/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ model: 'e', ...body }),
    });
    return (await reply.json()) as { data: { embedding: string }[] };
  };
  const { data } = await post({ input: ['four', [7, 8]], encoding_format: 'base64' });
  const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64');
  expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([4, 0.5]);
  expect(data).toHaveLength(2);
});
