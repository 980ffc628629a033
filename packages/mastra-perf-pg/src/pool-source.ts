import type { PgClient, PgPool } from './pg-pool.ts';

/** Where the connections of a store come from. */
export interface PoolSource {
  /** The pool; asked again when it could not be given. */
  take(): PgPool | Promise<PgPool>;
  /** Opens a connection that is kept, for messages. */
  listen(): Promise<KeptClient>;
  /** Closes what is ours, within a second. */
  end(): Promise<void>;
}

export interface KeptClient {
  readonly client: PgClient;
  /** Gives the connection up; at once if it is broken. */
  end(broken: boolean): void;
}
