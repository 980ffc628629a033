import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { embedMany } from 'ai';
import { expect, test } from 'vitest';
import { gate } from '../gate.ts';
import { mockEmbedder } from './mock-embedder.ts';

test.each(['v2', 'v3', 'v4'] as const)(
  'spec %s gives the same unit vector for the same text',
  async (spec) => {
    const embedder = mockEmbedder({ spec, dimensions: 20 });
    const { embeddings, usage } = await embedder.doEmbed({ values: ['a', 'b', 'a'] });
    expect(embeddings[0]).toEqual(embeddings[2]);
    expect(embeddings[0]).not.toEqual(embeddings[1]);
    expect(embeddings.map((vector) => vector.length)).toEqual([20, 20, 20]);
    expect(Math.hypot(...(embeddings[0] ?? []))).toBeCloseTo(1);
    expect(usage).toEqual({ tokens: 3 });
  },
);

test('AI SDK 7 splits by maxEmbeddingsPerCall, and a bigger call is refused', async () => {
  const model = mockEmbedder({ spec: 'v4', maxEmbeddingsPerCall: 2 });
  const { embeddings } = await embedMany({ model, values: ['a', 'b', 'c'], maxParallelCalls: 1 });
  expect(embeddings).toHaveLength(3);
  expect(model.calls.texts).toEqual([['a', 'b'], ['c']]);
  await expect(model.doEmbed({ values: ['a', 'b', 'c'] })).rejects.toThrow('at most 2');
});

test('fails, waits and aborts as told', async () => {
  const held = gate();
  const model = mockEmbedder({
    fail: (texts) => (texts.includes('bad') ? new Error('no') : undefined),
    gate: (n) => (n === 2 ? held.wait() : undefined),
  });
  await expect(model.doEmbed({ values: ['bad'] })).rejects.toThrow('no');
  const abort = new AbortController();
  const waiting = model.doEmbed({ values: ['x'], abortSignal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(model.calls.total).toBe(2);
});

test.each(['v2', 'v3'] as const)('spec %s is accepted as an embedder by Mastra', (spec) => {
  const memory = new Memory({ storage: new InMemoryStore(), embedder: mockEmbedder({ spec }) });
  expect(memory).toBeInstanceOf(Memory);
});
