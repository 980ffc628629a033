import type { Bus, BusReceiver } from 'mastra-perf';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { script } from './script.ts';

/** By way of a key: a Cluster would send each message over another node, and their order would be lost. */
const publishScript = script(`return redis.call('PUBLISH', ARGV[1], ARGV[2])`);

export function redisBus(
  { ready }: Pick<Connection, 'ready'>,
  receiver: Pick<BusReceiver, 'subscribe'>,
  keys: Keys,
): Bus {
  return {
    async publish(topic, text) {
      const sender = await ready();
      await sender.run(publishScript, [keys.marks], [keys.channel(topic), text]);
    },
    async subscribe(topic, listener) {
      await ready(); // the connection for messages is made from the same client
      return receiver.subscribe(keys.channel(topic), listener);
    },
  };
}
