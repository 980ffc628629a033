import type { After } from './after.ts';
import { endClient } from './end-client.ts';
import { failure } from './failures.ts';
import { sendCommand, type RedisNodeClient } from './redis-client.ts';

/** One connection for messages, from its connect to its end. */
export interface Link {
  /** Resolves when it is connected. */
  readonly opened: Promise<void>;
  isOver(): boolean;
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Ends it; also while it opens, which then fails. */
  end(): Promise<void>;
}

export interface LinkDeps {
  readonly after: After;
  readonly onMessage: (channel: string, text: string) => void;
  /** It has ended, and `end()` was not called. */
  readonly onLost: () => void;
}

const OPEN_MS = 5000;
/** Nobody speaks on a connection for messages while there are none, so a dead one would not be noticed. */
const PING_EVERY_MS = 5000;
const PONG_WITHIN_MS = 2000;

export function openLink(client: RedisNodeClient, { after, onMessage, onLost }: LinkDeps): Link {
  let over = false;
  let cancel = (): void => undefined;

  const end = (): Promise<void> => {
    over = true;
    cancel();
    return endClient(client);
  };
  const lose = (): void => {
    if (over) return;
    void end();
    onLost();
  };
  const watch = (): void => {
    cancel = after(PING_EVERY_MS, () => {
      cancel = after(PONG_WITHIN_MS, lose);
      sendCommand(client, 'ping').then(() => {
        cancel();
        if (!over) watch();
      }, lose);
    });
  };
  const open = async (): Promise<void> => {
    cancel = after(OPEN_MS, lose);
    try {
      await client.connect();
    } catch (error) {
      void end();
      throw failure('cannot listen', lastError ?? error);
    }
    cancel();
    if (over) throw failure('cannot listen: the connection was ended');
    watch();
  };

  let lastError: unknown;
  client.on('error', (error: unknown) => (lastError = error)); // what follows is `close`
  client.on('close', lose);
  client.on('message', (channel, text) => over || onMessage(String(channel), String(text)));

  return {
    opened: open(),
    isOver: () => over,
    async subscribe(channels) {
      await sendCommand(client, 'subscribe', ...channels).catch((error: unknown) => {
        throw failure('subscribe', error);
      });
    },
    async unsubscribe(channel) {
      if (!over) await sendCommand(client, 'unsubscribe', channel);
    },
    end,
  };
}
