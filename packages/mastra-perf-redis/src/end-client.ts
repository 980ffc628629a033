import type { RedisClient } from './redis-client.ts';

const PATIENCE_MS = 1000;

/** Ends a client of ours and resolves when it has ended, within a second. */
export function endClient(client: RedisClient): Promise<void> {
  const { status } = client;
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      client.off('end', settle);
      resolve();
    };
    const timer = setTimeout(settle, PATIENCE_MS);
    client.on('end', settle);
    client.disconnect();
    // Between two attempts there is nothing to end, and nothing tells of it.
    if (status === 'end' || status === 'reconnecting') settle();
  });
}
