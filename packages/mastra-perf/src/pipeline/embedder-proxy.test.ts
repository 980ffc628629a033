import { expect, it } from 'vitest';
import { isWrappedEmbedder, proxyEmbedder, type EmbedDoor } from './embedder-proxy.ts';

class Embedder {
  readonly specificationVersion = 'v3';
  readonly provider = 'acme';
  readonly modelId = 'e1';
  readonly #secret = 'kept';
  maxEmbeddingsPerCall = 96;
  get secret() {
    return this.#secret;
  }
  async doEmbed({ values }: { values: string[] }) {
    return { embeddings: values.map(() => [1]), secret: this.#secret };
  }
}

function setUp(model: Embedder = new Embedder()) {
  const seen: unknown[] = [];
  const door: EmbedDoor = (call, ask) => {
    seen.push(call);
    return ask(call.request);
  };
  return { model, door, seen, proxy: proxyEmbedder(model, door) };
}

it('shows each request to the door, which may ask the model', async () => {
  const { proxy, model, seen } = setUp();
  expect(await proxy.doEmbed({ values: ['a', 'b'] })).toEqual({ embeddings: [[1], [1]], secret: 'kept' });
  expect(seen).toEqual([
    {
      model: { provider: 'acme', modelId: 'e1', specification: 'v3' },
      source: model,
      request: { values: ['a', 'b'] },
    },
  ]);
});

it('lets the door ask for other texts than it was asked for', async () => {
  const proxy = proxyEmbedder(new Embedder(), ({ request }, ask) => ask({ ...request, values: ['c'] }));
  expect((await proxy.doEmbed({ values: ['a', 'b'] })).embeddings).toEqual([[1]]);
});

it('is the model in everything else', () => {
  const { proxy, model } = setUp();
  expect(proxy).toBeInstanceOf(Embedder);
  expect(proxy.secret).toBe('kept');
  proxy.maxEmbeddingsPerCall = 7;
  expect(model.maxEmbeddingsPerCall).toBe(7);
});

it('is not wrapped twice', () => {
  const { proxy, model, door } = setUp();
  expect(isWrappedEmbedder(model)).toBe(false);
  expect(isWrappedEmbedder(proxy)).toBe(true);
  expect(proxyEmbedder(proxy, door)).toBe(proxy);
});

it('takes a frozen model', async () => {
  const { proxy } = setUp(Object.freeze(new Embedder()) as Embedder);
  expect((await proxy.doEmbed({ values: ['a'] })).embeddings).toEqual([[1]]);
  expect(isWrappedEmbedder(proxy)).toBe(true);
});
