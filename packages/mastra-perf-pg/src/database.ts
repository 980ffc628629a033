import { isPerfError, type Clock, type PerfError } from 'mastra-perf';
import { closedFailure, codeOf, failure } from './failures.ts';
import { bornText } from './migration.ts';
import { migrate } from './migrate.ts';
import type { PgPool, PgQuery } from './pg-pool.ts';
import type { PoolSource } from './pool-source.ts';
import type { Statement } from './statement.ts';
import type { Tables } from './tables.ts';

/** As the server writes them. */
export type Row = Readonly<Record<string, string | null>>;

/** The database of a store, from the first need to `close()`. */
export interface Database {
  /** Resolves when all tables are there, which it makes if it has to; rejects with what was in the way. A later one may succeed. */
  connect(): Promise<void>;
  /** One round trip. Settles within {@link ASK_MS}, and rejects while the server is away. `size` is of bytes that are sent. */
  ask(statement: Statement, values?: readonly unknown[], size?: number): Promise<readonly Row[]>;
  /** Writes the floor anew, when it was lost. */
  bear(): Promise<void>;
  /** Rejects unless the database can be reached and written. */
  health(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseSettings {
  readonly prepare: boolean;
  readonly after: Clock['after'];
}

/** A server that hangs is given up after this long, and its connection with it. */
const QUERY_MS = 5000;
/** The same with the time to come by a connection: a given pool may let one wait for ever. */
const ASK_MS = 7500;
const CONNECT_MS = 10_000;
/** What waits for an answer stays in memory; so much of it. */
const MAX_BACKLOG_BYTES = 64 * 1024 ** 2;
const COMMAND_BYTES = 1024;

const asText = { getTypeParser: () => (value: string) => value };
/** Somebody has removed a schema, a table or a function. */
const GONE = new Set(['42P01', '3F000', '42883']);

export function createDatabase(source: PoolSource, tables: Tables, settings: DatabaseSettings): Database {
  const { prepare, after } = settings;
  let ready = false;
  let connecting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let backlog = 0;
  /**
   * Gives up what is under way. Each has a promise of its own: one for all would keep whatever was waited for by it, with the whole
   * request that it was asked in, until the store is closed.
   */
  const underWay = new Set<(why: PerfError) => void>();

  /** What is under way is given up at the end of its time, or of the store. */
  const within = async <T>(ms: number, what: string, work: () => Promise<T>): Promise<T> => {
    const given = Promise.withResolvers<never>();
    const cancel = after(ms, () => given.reject(failure(`${what}: no answer within ${ms} ms`)));
    underWay.add(given.reject);
    if (closing) given.reject(closedFailure());
    try {
      return await Promise.race([work(), given.promise]);
    } finally {
      cancel();
      underWay.delete(given.reject);
    }
  };
  const query = async (pool: PgPool, given: PgQuery): Promise<readonly Row[]> => {
    const { rows } = await pool.query({ ...given, types: asText, query_timeout: QUERY_MS });
    return rows as readonly Row[];
  };
  const run = async (text: string): Promise<readonly Row[]> => query(await source.take(), { text });

  const begin = async (): Promise<void> => {
    try {
      await within(CONNECT_MS, 'connect', () => migrate(run, tables));
      ready = true;
    } finally {
      connecting = undefined;
    }
  };
  const connect = async (): Promise<void> => {
    if (closing) throw closedFailure();
    if (!ready) await (connecting ??= begin());
  };
  const told = (what: string, error: unknown): unknown => {
    if (GONE.has(codeOf(error) ?? '')) ready = false;
    return isPerfError(error) ? error : failure(what, error);
  };

  return {
    connect,
    async ask({ what, text, name }, values = [], size = 0) {
      await connect();
      if (backlog >= MAX_BACKLOG_BYTES)
        throw failure(`${what}: the server hangs: ${backlog} bytes wait for an answer`);
      const bytes = COMMAND_BYTES + size;
      backlog += bytes;
      try {
        return await within(ASK_MS, what, async () => {
          try {
            return await query(await source.take(), { text, values: [...values], ...(prepare && { name }) });
          } finally {
            backlog -= bytes;
          }
        });
      } catch (error) {
        throw told(what, error);
      }
    },
    async bear() {
      try {
        await within(ASK_MS, 'recover', () => run(bornText(tables)));
      } catch (error) {
        throw told('recover', error);
      }
    },
    async health() {
      await connect();
      try {
        // Also tells a server that only reads from one that works.
        await within(ASK_MS, 'health', () => run(`SELECT nextval(${tables.clock})`));
      } catch (error) {
        throw told('health', error);
      }
    },
    close: () =>
      (closing ??= (async () => {
        for (const giveUp of underWay) giveUp(closedFailure());
        await source.end();
      })()),
  };
}
