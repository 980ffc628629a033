import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { startDelayProxy, type DelayProxy } from './start-delay-proxy.ts';

const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
await once(echo, 'listening');
const target = { host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
afterAll(() => void echo.close());

async function client(proxy: DelayProxy): Promise<Socket> {
  const socket = connect(proxy.port, proxy.host);
  await once(socket, 'connect');
  return socket;
}
async function roundTrip(socket: Socket, text: string): Promise<{ reply: string; ms: number }> {
  const startedAt = performance.now();
  socket.write(text);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return { reply: reply.toString(), ms: performance.now() - startedAt };
}

test('passes and counts, with a delay per direction', async () => {
  await using proxy = await startDelayProxy({ target });
  const socket = await client(proxy);
  expect((await roundTrip(socket, 'ping')).reply).toBe('ping');
  expect(proxy.bytes).toEqual({ toTarget: 4, toClient: 4 });
  proxy.setDelay(30);
  expect((await roundTrip(socket, 'ping')).ms).toBeGreaterThanOrEqual(59);
  proxy.setDelay({ toTarget: 0 });
  expect((await roundTrip(socket, 'ping')).ms).toBeGreaterThanOrEqual(29);
});

test('a shorter delay does not reorder; an end passes after the data', async () => {
  await using proxy = await startDelayProxy({ target, delayMs: 20 });
  const socket = await client(proxy);
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write('first ');
  socket.end('last');
  proxy.setDelay(0);
  await once(socket, 'close');
  expect(received).toBe('first last');
});

test('megabytes pass unharmed', async () => {
  await using proxy = await startDelayProxy({ target, delayMs: 1 });
  const socket = await client(proxy);
  const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefg');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.end(sent);
  await once(socket, 'close');
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('frozen, nothing passes; thawed, everything does', async () => {
  await using proxy = await startDelayProxy({ target });
  const socket = await client(proxy);
  await roundTrip(socket, 'x');
  proxy.freeze();
  const held = roundTrip(socket, 'later');
  const other = await client(proxy);
  const fresh = roundTrip(other, 'new');
  await new Promise(setImmediate);
  expect(proxy.bytes).toEqual({ toTarget: 1, toClient: 1 });
  proxy.thaw();
  expect((await held).reply).toBe('later');
  expect((await fresh).reply).toBe('new');
});

test('cut breaks what is open, refuse what is new; accept takes it back', async () => {
  await using proxy = await startDelayProxy({ target });
  const socket = await client(proxy);
  await roundTrip(socket, 'x');
  proxy.refuse();
  await expect(client(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await roundTrip(socket, 'still here')).reply).toBe('still here');
  const closed = once(socket, 'close');
  proxy.cut();
  await closed;
  await proxy.accept();
  expect((await roundTrip(await client(proxy), 'again')).reply).toBe('again');
  expect(proxy.connections).toBe(1);
});

test('a target that is not there ends the connection', async () => {
  await using proxy = await startDelayProxy({ target: { host: '127.0.0.1', port: 1 } });
  const socket = await client(proxy);
  await once(socket, 'close');
});
