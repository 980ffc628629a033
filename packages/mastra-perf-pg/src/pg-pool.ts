/** A statement as pg takes it. */
export interface PgQuery {
  readonly text: string;
  readonly values?: unknown[];
  /** Of a prepared statement. */
  readonly name?: string;
  /** After how many ms pg gives up the statement and its connection. */
  readonly query_timeout?: number;
  /** Values come as the server has written them. */
  readonly types?: { getTypeParser(): (value: string) => string };
}

export interface PgResult {
  readonly rows: readonly unknown[];
}

/** What we need of a connection. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>;
  on(event: 'notification', listener: (message: PgNotification) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface PgNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** What we need of a pool; `Pool` of pg 8 is one. */
export interface PgPool {
  query(query: PgQuery): Promise<PgResult>;
  connect(): Promise<PgPoolClient>;
}

export interface PgPoolClient extends PgClient {
  /** With `true` the connection is closed. */
  release(destroy?: boolean): void;
}

export const isPgPool = (value: unknown): value is PgPool =>
  typeof value === 'object' &&
  value !== null &&
  ['query', 'connect'].every((name) => typeof Reflect.get(value, name) === 'function');
