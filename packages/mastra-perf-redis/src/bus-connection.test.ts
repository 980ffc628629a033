import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { openBusConnection } from './bus-connection.ts';
import type { RedisNodeClient } from './redis-client.ts';

/** A client without a server: the test says whether it connects. */
class FakeClient extends EventEmitter {
  status = 'wait';
  readonly sent: string[] = [];
  readonly connecting = Promise.withResolvers<void>();

  async connect(): Promise<void> {
    await this.connecting.promise;
    this.status = 'ready';
  }
  disconnect(): void {
    if (this.status === 'end') return;
    this.status = 'end';
    this.connecting.reject(new Error('Connection is closed.'));
    this.emit('close');
    this.emit('end');
  }
  async subscribe(...channels: string[]): Promise<number> {
    this.sent.push(`subscribe ${channels.join(' ')}`);
    return channels.length;
  }
  async unsubscribe(channel: string): Promise<void> {
    this.sent.push(`unsubscribe ${channel}`);
  }
  async ping(): Promise<string> {
    this.sent.push('ping');
    return 'PONG';
  }
}

function setUp() {
  const client = new FakeClient();
  const told: string[] = [];
  const controller = new AbortController();
  const opening = openBusConnection(() => client as unknown as RedisNodeClient)({
    message: (channel, text) => void told.push(`${channel}: ${text}`),
    lost: () => void told.push('lost'),
    signal: controller.signal,
  });
  return { client, told, opening, abort: () => controller.abort() };
}

test('subscribes to all channels in one command, and hears until it is ended', async () => {
  const { client, told, opening } = setUp();
  client.connecting.resolve();
  const connection = await opening;
  await connection.subscribe(['a', 'b']);
  await connection.unsubscribe('a');
  await connection.ping();
  expect(client.sent).toEqual(['subscribe a b', 'unsubscribe a', 'ping']);
  client.emit('message', 'b', 'text');
  expect(told).toEqual(['b: text']);
  await connection.end(false);
  expect(client.status).toBe('end');
});

test('is lost when the connection is closed', async () => {
  const { client, told, opening } = setUp();
  client.connecting.resolve();
  await opening;
  client.emit('error', new Error('ECONNRESET'));
  expect(told).toEqual([]);
  client.disconnect();
  expect(told).toEqual(['lost']);
});

test('says why it could not connect', async () => {
  const { client, opening } = setUp();
  client.emit('error', new Error('ECONNREFUSED'));
  client.disconnect();
  await expect(opening).rejects.toThrow('redisStore: cannot listen: ECONNREFUSED');
});

test('an attempt that nobody waits for any more is ended', async () => {
  const { client, opening, abort } = setUp();
  abort();
  await expect(opening).rejects.toThrow('cannot listen');
  expect(client.status).toBe('end');
});
