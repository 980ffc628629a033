import { describe, expect, it, vi } from 'vitest';
import { PerfError } from '../errors.ts';
import { beginCall } from './begin-call.ts';
import type { Middleware, ModelRequest } from './call.ts';
import { compose } from './compose.ts';
import { askModel, doorTo, identityOf, proxyModel, type Door } from './model-proxy.ts';
import type { StreamPart } from './parts.ts';
import { sdkMiddleware } from './sdk-middleware.ts';
import { answerOf, textOf } from './test-calls.ts';

class Model {
  readonly specificationVersion = 'v3';
  readonly provider = 'test';
  readonly #secret = 'private';
  modelId = 'm';
  config: unknown = { baseURL: 'https://a.example/v1' };
  asked: string[] = [];

  get secret() {
    return this.#secret;
  }
  whisper() {
    return this.#secret;
  }
  async doGenerate(_options: ModelRequest) {
    this.asked.push(`generate ${this.#secret}`);
    return {
      content: [{ type: 'text', text: 'hello' }],
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 2 },
      warnings: [],
      providerMetadata: { test: { a: 1 } },
      response: { id: 'r', headers: { 'x-h': '1' } },
    };
  }
  async doStream(_options: ModelRequest) {
    this.asked.push(`stream ${this.#secret}`);
    return { stream: streamFrom(answerOf('hello')), response: { headers: { 'x-h': '1' } } };
  }
}

function streamFrom(parts: readonly StreamPart[]): ReadableStream<StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function partsIn(result: unknown): Promise<StreamPart[]> {
  const all: StreamPart[] = [];
  for await (const part of (result as { stream: ReadableStream<StreamPart> }).stream) all.push(part);
  return all;
}

const begin: Door['begin'] = (bare) => beginCall(bare, { agent: 'a', scope: [] }, {});
const doorOf = (middlewares: Middleware[] = [], over: Partial<Door> = {}): Door => ({
  begin,
  run: compose(middlewares, vi.fn()),
  forMastra: false,
  ...over,
});
const request: ModelRequest = { prompt: [{ role: 'user', content: 'hi' }] };
/** Asks the model in the other way than it was asked. */
const crossing: Middleware = {
  name: 'crossing',
  run: (call, next) => next({ ...call, method: call.method === 'generate' ? 'stream' : 'generate' }),
};

describe('proxyModel', () => {
  it('is the model, for all that can be asked of it', () => {
    const model = new Model();
    const proxy = proxyModel(model, doorOf());
    expect(proxy).toBeInstanceOf(Model);
    expect(proxy.constructor).toBe(Model);
    expect(proxy.secret).toBe('private');
    expect(proxy.whisper()).toBe('private');
    expect(proxy.whisper).toBe(proxy.whisper);
    expect('whisper' in proxy).toBe(true);
    proxy.modelId = 'other';
    expect(model.modelId).toBe('other');
    proxy.whisper = () => 'changed';
    expect([proxy.whisper(), model.whisper()]).toEqual(['changed', 'changed']);
  });

  it('stands in for a frozen model as well', async () => {
    const model = Object.freeze(new Model());
    const proxy = proxyModel(model, doorOf());
    expect(proxy).toBeInstanceOf(Model);
    expect([proxy.secret, proxy.modelId]).toEqual(['private', model.modelId]);
    await expect(Promise.resolve(proxy.doStream({ prompt: [] } as never))).resolves.toHaveProperty('stream');
  });

  it('is never wrapped twice', () => {
    const model = new Model();
    const proxy = proxyModel(model, doorOf());
    expect([doorTo(model), doorTo(proxy)]).toEqual([undefined, expect.anything()]);
    expect(proxyModel(proxy, doorOf())).toBe(proxy);
  });

  it('sends both ways of asking through the door, once each', async () => {
    const model = new Model();
    const names: string[] = [];
    const spy: Middleware = {
      name: 'spy',
      run: (call, next) => (names.push(`${call.method} ${call.model.modelId}`), next()),
    };
    const proxy = proxyModel(model, doorOf([spy]));
    const generated = await proxy.doGenerate(request);
    expect(generated).toMatchObject({
      content: [{ type: 'text', text: 'hello' }],
      finishReason: 'stop',
      providerMetadata: { test: { a: 1 } },
    });
    expect(generated).toMatchObject({ response: { id: 'r', headers: { 'x-h': '1' } }, warnings: [] });
    const streamed = await proxy.doStream(request);
    expect(await partsIn(streamed)).toEqual(answerOf('hello'));
    expect(streamed.response).toEqual({ headers: { 'x-h': '1' } });
    expect(names).toEqual(['generate m', 'stream m']);
    expect(model.asked).toEqual(['generate private', 'stream private']);
  });

  it('gives a complete answer made of a stream, and a stream made of a complete answer', async () => {
    const model = new Model();
    const proxy = proxyModel(model, doorOf([crossing]));
    expect(await proxy.doGenerate(request)).toMatchObject({
      content: [{ type: 'text', text: 'hello' }],
      usage: { inputTokens: 10 },
    });
    const streamed = await proxy.doStream(request);
    expect(textOf(await partsIn(streamed))).toBe('hello');
    // The usage stands in the last part: what else stood in the result would contradict it after a hit.
    expect(Object.keys(streamed).toSorted()).toEqual(['response', 'stream']);
    expect(streamed.response).toEqual({ headers: { 'x-h': '1' } });
    expect(model.asked).toEqual(['stream private', 'generate private']);
  });

  it('lets calls through untouched that the door does not take', async () => {
    const model = new Model();
    const proxy = proxyModel(
      model,
      doorOf([], { begin: () => undefined, run: () => Promise.reject(new Error('not this way')) }),
    );
    expect(await proxy.doGenerate(request)).toMatchObject({ finishReason: 'stop' });
    expect(await partsIn(await proxy.doStream(request))).toEqual(answerOf('hello'));
  });

  it('passes a failure of the model on as it is, from a stream as well', async () => {
    const error = new Error('429');
    const model = new Model();
    vi.spyOn(model, 'doGenerate').mockRejectedValue(error);
    const broken = async () => ({
      stream: streamFrom([{ type: 'error', error }]),
      response: { headers: { 'x-h': '' } },
    });
    vi.spyOn(model, 'doStream').mockImplementation(broken);
    await expect(proxyModel(model, doorOf()).doGenerate(request)).rejects.toBe(error);
    await expect(proxyModel(model, doorOf([crossing])).doGenerate(request)).rejects.toBe(error);
    expect(await partsIn(await proxyModel(model, doorOf()).doStream(request))).toEqual([
      { type: 'error', error },
    ]);
  });

  it('gives Mastra a stream also with a complete answer, and our own errors as a part: what rejects is tried again', async () => {
    const error = new PerfError('MASTRA_PERF_NOT_CACHED', 'no stored answer');
    const strict: Middleware = { name: 'strict', run: () => Promise.reject(error) };
    const model = new Model();
    expect(
      textOf(await partsIn(await proxyModel(model, doorOf([], { forMastra: true })).doGenerate(request))),
    ).toBe('hello');
    const proxy = proxyModel(model, doorOf([strict], { forMastra: true }));
    expect(await partsIn(await proxy.doGenerate(request))).toEqual([{ type: 'error', error }]);
    expect(await partsIn(await proxy.doStream(request))).toEqual([{ type: 'error', error }]);
    await expect(proxyModel(model, doorOf([strict])).doGenerate(request)).rejects.toBe(error);
    expect(model.asked).toEqual(['generate private']);
  });
});

describe('sdkMiddleware', () => {
  it('does the same for wrapLanguageModel()', async () => {
    const model = new Model();
    const { specificationVersion, wrapGenerate, wrapStream } = sdkMiddleware('v4', doorOf());
    const args = {
      doGenerate: () => model.doGenerate(request),
      doStream: () => model.doStream(request),
      params: request,
      model,
    };
    expect(specificationVersion).toBe('v4');
    expect(await wrapGenerate(args)).toMatchObject({ content: [{ type: 'text', text: 'hello' }] });
    expect(await partsIn(await wrapStream(args))).toEqual(answerOf('hello'));
    expect(model.asked).toHaveLength(2);
    const closed = sdkMiddleware('v3', doorOf([], { begin: () => undefined }));
    expect(await closed.wrapGenerate(args)).toMatchObject({ finishReason: 'stop' });
    expect(await partsIn(await closed.wrapStream(args))).toEqual(answerOf('hello'));
  });
});

describe('askModel', () => {
  it.each([{}, { content: 'text' }, { stream: undefined }])(
    'refuses an answer that is none: %j',
    async (answer) => {
      const model = { doGenerate: async () => answer, doStream: async () => answer };
      await expect(askModel(model, request, 'stream')).rejects.toThrow('neither content nor a stream');
    },
  );
});

describe('identityOf', () => {
  it.each([
    [{ url: 'https://u.example' }, 'https://u.example'],
    [{ baseURL: 'https://b.example' }, 'https://b.example'],
    [{ url: () => 'https://f.example' }, undefined],
    ['text', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads the endpoint from %o', (config, endpoint) => {
    const identity = identityOf(Object.assign(new Model(), { config }));
    expect(identity).toEqual({
      provider: 'test',
      modelId: 'm',
      specification: 'v3',
      ...(endpoint !== undefined && { endpoint }),
    });
  });
});
