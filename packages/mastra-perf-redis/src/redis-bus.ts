import type { Bus } from 'mastra-perf';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { script } from './script.ts';
import type { Subscriber } from './subscriber.ts';

/** By way of a key: a Cluster would send each message over another node, and their order would be lost. */
const publishScript = script(`return redis.call('PUBLISH', ARGV[1], ARGV[2])`);

export function redisBus(
  { ready }: Pick<Connection, 'ready'>,
  subscriber: Pick<Subscriber, 'subscribe'>,
  keys: Keys,
): Bus {
  return {
    async publish(topic, text) {
      const sender = await ready();
      await sender.run(publishScript, [keys.marks], [keys.channel(topic), text]);
    },
    async subscribe(topic, listener) {
      await ready(); // the subscriber is made from the same client
      return subscriber.subscribe(keys.channel(topic), listener);
    },
  };
}
