import type { PgPool, PgPoolClient } from '../pg-pool.ts';

export interface BorrowedClient {
  readonly client: PgPoolClient;
  /** Gives it back, or closes it. */
  release(broken: boolean): void;
}

/**
 * A connection of a pool, for more than one statement. A pool hears only connections that it has; one that breaks in our hands
 * would end the process by an event to which nobody listens. Statements reject anyway.
 */
export async function borrowed(pool: PgPool): Promise<BorrowedClient> {
  const client = await pool.connect();
  const ignore = (): void => undefined;
  client.on('error', ignore);
  return {
    client,
    release(broken) {
      // It may be lent a thousand times.
      if (!broken && 'removeListener' in client && typeof client.removeListener === 'function')
        client.removeListener('error', ignore);
      client.release(broken);
    },
  };
}
