import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { startSimulatedProvider } from './start-simulated-provider.ts';

const provider = await startSimulatedProvider();
afterAll(() => provider.close());

async function post(path: string, body: string) {
  const reply = await fetch(provider.url + path, { method: 'POST', body });
  return {
    status: reply.status,
    error: ((await reply.json()) as { error?: { message: string; type: string; code: unknown } }).error,
  };
}
const chat = (body: object) => post('/chat/completions', JSON.stringify(body));
const messages = [{ role: 'user', content: 'hi' }];

test.each([
  ['bad JSON', '/chat/completions', '{"model":', 400],
  ['not an object', '/chat/completions', '[1]', 400],
  ['no model', '/chat/completions', '{"messages":[{"role":"user","content":"hi"}]}', 400],
  ['no messages', '/chat/completions', '{"model":"m"}', 400],
  ['no input', '/responses', '{"model":"m"}', 400],
  ['unknown item', '/responses', '{"model":"m","input":[{"type":"item_reference","id":"nope"}]}', 404],
  ['no texts', '/embeddings', '{"model":"m","input":[]}', 400],
  ['a number to embed', '/embeddings', '{"model":"m","input":[{}]}', 400],
  ['absurd dimensions', '/embeddings', '{"model":"m","input":"x","dimensions":1e12}', 400],
  ['tokens that are none', '/embeddings', '{"model":"m","input":[[-5]]}', 400],
  ['unknown path', '/images', '{}', 404],
  ['wrong method', '/models', '{}', 405],
])('%s', async (_what, path, body, status) => {
  const reply = await post(path, body);
  expect(reply).toMatchObject({
    status,
    error: { type: 'invalid_request_error', message: expect.any(String) },
  });
});

test('a body over 32 MB', async () => {
  expect(await post('/chat/completions', ' '.repeat(33 * 1024 * 1024))).toMatchObject({
    status: 413,
    error: { code: 'request_too_large' },
  });
});

test('odd shapes, special tokens and long runs are answered', async () => {
  expect(
    await chat({
      model: 'm',
      messages: [null, 7, { role: {}, content: [{ type: 'image_url' }, 'x'] }],
      tools: 'none',
      stop: 1,
    }),
  ).toMatchObject({ status: 200 });
  expect(
    await chat({ model: 'm', messages: [{ role: 'user', content: '<|endoftext|><|im_start|>' }] }),
  ).toMatchObject({ status: 200 });
  const startedAt = performance.now();
  expect(await chat({ model: 'm', messages: [{ role: 'user', content: 'a'.repeat(50_000) }] })).toMatchObject(
    { status: 200 },
  );
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test('an answer function that throws is a 500, and the next request is served', async () => {
  provider.configure({
    answer: () => {
      throw new Error('oops');
    },
  });
  expect(await chat({ model: 'm', messages })).toMatchObject({
    status: 500,
    error: { type: 'server_error' },
  });
  provider.configure({ answer: undefined });
  expect(await chat({ model: 'm', messages })).toMatchObject({ status: 200 });
});

test('a client that leaves while it sends its body', async () => {
  const socket = connect(Number(new URL(provider.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"model"');
  socket.destroy();
  await once(socket, 'close');
  expect(await chat({ model: 'm', messages })).toMatchObject({ status: 200 });
});

test('GET /v1/models, options that make no sense, close with a request open', async () => {
  expect(await (await fetch(`${provider.url}/models`)).json()).toMatchObject({
    object: 'list',
    data: [{ object: 'model' }, {}],
  });
  expect(() => provider.configure({ tokensPerSecond: 0 })).toThrow('tokensPerSecond');
  const other = await startSimulatedProvider({ fail: () => ({ hang: true }) });
  const hanging = fetch(`${other.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages }),
  });
  const ended = hanging.catch((error: unknown) => error);
  while (other.totals().inFlight === 0) await new Promise(setImmediate);
  await other.close();
  expect(await ended).toBeInstanceOf(TypeError);
  await other.close();
});
