import { failure } from './failures.ts';
import type { RedisClient } from './redis-client.ts';

/**
 * Resolves when the client is ready, begins its connect if nobody has, and rejects when the attempt under way fails or
 * `signal` is aborted. A client of ours also tells why; to listen for that on a given one would keep it from its owner.
 */
export function untilReady(
  client: RedisClient,
  {
    owned,
    why,
    signal,
  }: { readonly owned: boolean; readonly why: () => unknown; readonly signal: AbortSignal },
): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  if (client.status === 'end') return Promise.reject(failure('the given client is closed (status "end")'));
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      for (const [event, listener] of listeners) client.off(event, listener);
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onFailure = (): void => settle(failure('the connection was closed', why()));
    const onError = (error: unknown): void => settle(failure('cannot connect', error));
    const onAbort = (): void => settle(failure('not connected'));
    const listeners: ReadonlyArray<readonly [string, (error: unknown) => void]> = [
      ['ready', () => settle()],
      ['close', onFailure],
      ['end', onFailure],
      ...(owned ? [['error', onError] as const] : []),
    ];
    for (const [event, listener] of listeners) client.on(event, listener);
    signal.addEventListener('abort', onAbort);
    if (client.status === 'wait') client.connect().then(() => settle(), onError);
  });
}
