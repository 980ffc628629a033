import { EventEmitter } from 'node:events';
import { testClock } from 'mastra-perf/testing';
import { expect, test } from 'vitest';
import type { RedisNodeClient } from './redis-client.ts';
import { createSubscriber } from './subscriber.ts';

/** A client without a server: the test says what comes of what is sent. */
class FakeClient extends EventEmitter {
  status = 'wait';
  readonly sent: string[] = [];
  connecting = Promise.withResolvers<void>();
  pong: () => Promise<unknown> = async () => 'PONG';

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
  ping(): Promise<unknown> {
    this.sent.push('ping');
    return this.pong();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function bench() {
  const clock = testClock();
  const clients: FakeClient[] = [];
  const subscriber = createSubscriber(
    () => {
      const client = new FakeClient();
      clients.push(client);
      return client as unknown as RedisNodeClient;
    },
    { after: clock.after },
  );
  const heard: string[] = [];
  const listen = (name: string) => ({
    message: (text: string) => void heard.push(`${name}: ${text}`),
    gap: () => void heard.push(`${name}: gap`),
  });
  /** Lets the newest client connect. */
  const admit = async (): Promise<FakeClient> => {
    const client = clients.at(-1)!;
    client.connecting.resolve();
    await turn();
    return client;
  };
  return { clock, clients, subscriber, heard, listen, admit };
}

test('opens nothing before somebody listens, and then one connection for everybody', async () => {
  const { clients, subscriber, heard, listen, admit } = bench();
  expect(clients).toHaveLength(0);
  const subscribing = ['one', 'two', 'one'].map((channel, index) =>
    subscriber.subscribe(channel, listen(`${index}`)),
  );
  await turn();
  const client = await admit();
  await Promise.all(subscribing);
  expect(clients).toHaveLength(1);
  client.emit('message', 'one', 'text');
  client.emit('message', 'other', 'text');
  expect(heard).toEqual(['0: text', '2: text']);
});

test('rejects when it cannot connect, and does not go on trying for nobody', async () => {
  const { clock, clients, subscriber, listen } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  clients[0]!.emit('error', new Error('ECONNREFUSED'));
  clients[0]!.disconnect();
  await expect(subscribing).rejects.toThrow('cannot listen: ECONNREFUSED');
  clock.advance(60_000);
  expect(clients).toHaveLength(1);
  expect(clock.timers()).toBe(0);
});

test('gives up a connect that takes longer than 5 s', async () => {
  const { clock, clients, subscriber, listen } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  clock.advance(4_999);
  expect(clients[0]!.status).toBe('wait');
  clock.advance(1);
  await expect(subscribing).rejects.toThrow('cannot listen');
  expect(clients[0]!.status).toBe('end');
  expect(clock.timers()).toBe(0);
});

test('a lost connection is replaced, all channels are subscribed again, and everybody is told of the gap', async () => {
  const { clock, clients, subscriber, heard, listen, admit } = bench();
  const subscribing = [subscriber.subscribe('one', listen('a')), subscriber.subscribe('two', listen('b'))];
  await turn();
  const first = await admit();
  const [endOfFirst] = await Promise.all(subscribing);
  await endOfFirst!();
  await subscriber.subscribe('three', listen('c'));

  first.disconnect();
  expect(heard).toEqual([]);
  clock.advance(50);
  await turn();
  expect(clients).toHaveLength(2);
  const second = await admit();
  expect(second.sent).toEqual(['subscribe two three']);
  expect(heard).toEqual(['b: gap', 'c: gap']);
  first.emit('message', 'two', 'from the past');
  second.emit('message', 'two', 'text');
  expect(heard.slice(2)).toEqual(['b: text']);
});

test('tries again after 50 ms, then twice as long each time, up to a second', async () => {
  const { clock, clients, subscriber, listen, admit } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  const first = await admit();
  await subscribing;
  first.disconnect();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    const before = clients.length;
    let waited = 0;
    for (; clients.length === before; waited += 10) {
      clock.advance(10);
      await turn();
    }
    waits.push(waited);
    clients.at(-1)!.disconnect();
    await turn();
  }
  expect(waits).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
});

test('a lost connection is not replaced for nobody, and the next subscription makes a new one', async () => {
  const { clock, clients, subscriber, heard, listen, admit } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  const first = await admit();
  const end = await subscribing;
  first.disconnect();
  await end();
  clock.advance(60_000);
  await turn();
  expect(clients).toHaveLength(1);
  expect(clock.timers()).toBe(0);
  const again = subscriber.subscribe('two', listen('b'));
  await turn();
  const second = await admit();
  await again;
  second.emit('message', 'two', 'text');
  expect(heard.at(-1)).toBe('b: text');
});

test('a connection that does not answer a ping within 2 s is replaced', async () => {
  const { clock, clients, subscriber, heard, listen, admit } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  const client = await admit();
  await subscribing;
  for (let round = 0; round < 3; round++) {
    clock.advance(5_000);
    await turn();
  }
  expect(client.sent.filter((command) => command === 'ping')).toHaveLength(3);
  expect(clients).toHaveLength(1);

  client.pong = () => new Promise(() => {});
  clock.advance(5_000);
  clock.advance(1_999);
  expect(client.status).toBe('ready');
  clock.advance(1);
  expect(client.status).toBe('end');
  clock.advance(50);
  await turn();
  await admit();
  expect(clients).toHaveLength(2);
  expect(heard).toEqual(['a: gap']);
});

test('a connection that is lost again before it is subscribed counts as never made', async () => {
  const { clock, clients, subscriber, heard, listen, admit } = bench();
  const subscribing = subscriber.subscribe('one', listen('a'));
  await turn();
  (await admit()).disconnect();
  await subscribing;
  clock.advance(50);
  await turn();
  clients[1]!.subscribe = async () => {
    clients[1]!.disconnect();
    return 1;
  };
  await admit();
  expect(heard).toEqual([]);
  clock.advance(100);
  await turn();
  await admit();
  expect(clients).toHaveLength(3);
  expect(heard).toEqual(['a: gap']);
});

test('what one listener throws is a warning, and the others hear the message', async () => {
  const { subscriber, heard, listen, admit } = bench();
  const warnings: unknown[] = [];
  const onWarning = (warning: Error & { code?: string }): void => void warnings.push(warning.code);
  process.on('warning', onWarning);
  const faulty = {
    message() {
      throw new Error('faulty');
    },
    gap() {},
  };
  const subscribing = [subscriber.subscribe('one', faulty), subscriber.subscribe('one', listen('a'))];
  await turn();
  const client = await admit();
  await Promise.all(subscribing);
  client.emit('message', 'one', 'text');
  await turn();
  process.off('warning', onWarning);
  expect(heard).toEqual(['a: text']);
  expect(warnings).toEqual(['MASTRA_PERF_LISTENER']);
});

test('close ends what stands and what is being opened, and leaves no timer', async () => {
  const standing = bench();
  const subscribing = standing.subscriber.subscribe('one', standing.listen('a'));
  await turn();
  const client = await standing.admit();
  await subscribing;
  await standing.subscriber.close();
  expect(client.status).toBe('end');
  expect(standing.clock.timers()).toBe(0);
  await expect(standing.subscriber.subscribe('one', standing.listen('a'))).rejects.toThrow('closed');

  const opening = bench();
  const refused = opening.subscriber.subscribe('one', opening.listen('a'));
  const settled = Promise.allSettled([refused]);
  await turn();
  await opening.subscriber.close();
  expect(await settled).toMatchObject([{ status: 'rejected' }]);
  expect(opening.clients[0]!.status).toBe('end');
  expect(opening.clock.timers()).toBe(0);

  const retrying = bench();
  const third = retrying.subscriber.subscribe('one', retrying.listen('a'));
  await turn();
  (await retrying.admit()).disconnect();
  await third;
  expect(retrying.clock.timers()).toBe(1);
  await retrying.subscriber.close();
  expect(retrying.clock.timers()).toBe(0);
  expect(retrying.clients).toHaveLength(1);
});
