import { settled, testClock } from '../base/test-clock.ts';
import type { BusConnection, BusConnectionEvents } from './bus-connection.ts';
import { busReceiver } from './bus-receiver.ts';

/** A connection without a server: the test says what comes of what is asked. */
export interface FakeConnection extends BusConnectionEvents {
  /** Lets it open, or not. */
  arrive(): Promise<void>;
  fail(error: Error): Promise<void>;
  readonly asked: string[];
  /** What the next questions come to; they are answered at once by default. */
  reply: () => unknown;
  /** With what it was ended: whether it was broken. */
  readonly ends: boolean[];
  /** What its end comes to. */
  ending: () => unknown;
}

/** A receiver with a clock and connections that the test drives. */
export function receiverUp(settings: { readonly random?: () => number } = {}) {
  const clock = testClock();
  const connections: FakeConnection[] = [];
  const receiver = busReceiver({
    name: 'fake',
    clock,
    random: settings.random ?? (() => 0),
    open(events) {
      const { promise, resolve, reject } = Promise.withResolvers<BusConnection>();
      const asked: string[] = [];
      const ends: boolean[] = [];
      const ask = async (question: string): Promise<unknown> => {
        asked.push(question);
        return fake.reply();
      };
      const connection: BusConnection = {
        subscribe: (channels) => ask(`subscribe ${channels.join(' ')}`),
        unsubscribe: (channel) => ask(`unsubscribe ${channel}`),
        ping: () => ask('ping'),
        end(broken) {
          ends.push(broken);
          return fake.ending();
        },
      };
      const fake: FakeConnection = {
        ...events,
        asked,
        ends,
        reply: () => undefined,
        ending: () => undefined,
        async arrive() {
          resolve(connection);
          await settled();
        },
        async fail(error) {
          reject(error);
          await settled();
        },
      };
      connections.push(fake);
      return promise;
    },
  });

  const heard: string[] = [];
  const listen = (name: string) => ({
    message: (text: string) => void heard.push(`${name}: ${text}`),
    gap: () => void heard.push(`${name}: gap`),
  });
  const newest = (): FakeConnection => {
    const connection = connections.at(-1);
    if (!connection) throw new Error('nothing was opened');
    return connection;
  };
  return {
    clock,
    connections,
    receiver,
    heard,
    listen,
    newest,
    async advance(ms: number): Promise<void> {
      clock.advance(ms);
      await settled();
    },
    /** Subscribes over a connection that opens at once. */
    async subscribed(...channels: string[]) {
      const subscribing = channels.map((channel) => receiver.subscribe(channel, listen(channel)));
      await settled();
      await newest().arrive();
      const ends = await Promise.all(subscribing);
      return { connection: newest(), ends };
    },
  };
}

/** What it was rejected with, in words; fails when it was not. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'it was not refused',
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : String(error);
}
