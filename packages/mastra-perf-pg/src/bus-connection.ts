import type { OpenBusConnection } from 'mastra-perf';
import { failure } from './failures.ts';
import { assembler } from './messages.ts';
import type { PoolSource } from './pool-source.ts';
import { quoted } from './tables.ts';

/** Connections that listen to notifications, and put together what was sent in parts. */
export const openBusConnection =
  (listen: PoolSource['listen']): OpenBusConnection =>
  async ({ message, lost }) => {
    const assemblers = new Map<string, (payload: string) => string | undefined>();
    const { client, end } = await listen().catch((error: unknown) => {
      throw failure('cannot listen', error);
    });
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel, payload = '' }) => {
      const assemble = assemblers.get(channel) ?? assembler();
      assemblers.set(channel, assemble);
      const text = assemble(payload);
      if (text !== undefined) message(channel, text);
    });
    return {
      async subscribe(channels) {
        const text = channels.map((channel) => `LISTEN ${quoted(channel)}`).join('; ');
        await client.query({ text }).catch((error: unknown) => {
          throw failure('subscribe', error);
        });
      },
      async unsubscribe(channel) {
        assemblers.delete(channel);
        await client.query({ text: `UNLISTEN ${quoted(channel)}` });
      },
      ping: () => client.query({ text: 'SELECT 1' }),
      end,
    };
  };
