import type { OpenBusConnection } from 'mastra-perf';
import { endClient } from './end-client.ts';
import { failure } from './failures.ts';
import { sendCommand, type RedisNodeClient } from './redis-client.ts';

/** Connections that are subscribed to channels. `take` gives a client that is not connected and makes one attempt. */
export const openBusConnection =
  (take: () => RedisNodeClient): OpenBusConnection =>
  async ({ message, lost, signal }) => {
    const client = take();
    let lastError: unknown;
    client.on('error', (error: unknown) => (lastError = error)); // what follows is `close`
    client.on('close', lost);
    client.on('message', (channel, text) => message(String(channel), String(text)));
    const end = (): Promise<void> => endClient(client);
    signal.addEventListener('abort', end);
    try {
      await client.connect();
    } catch (error) {
      await end();
      throw failure('cannot listen', lastError ?? error);
    }
    return {
      async subscribe(channels) {
        await sendCommand(client, 'subscribe', ...channels).catch((error: unknown) => {
          throw failure('subscribe', error);
        });
      },
      unsubscribe: (channel) => sendCommand(client, 'unsubscribe', channel),
      ping: () => sendCommand(client, 'ping'),
      end,
    };
  };
