import type { PgClient, PgPool, PgQuery, PgResult } from '../pg-pool.ts';
import { codeOf } from '../failures.ts';
import type { Statement } from '../statement.ts';
import { borrowed } from './borrowed-client.ts';

/** Asks a database. Rows come as the pool of the application parses them, as they do for Mastra. */
export interface Asker {
  ask(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Connection extends Asker {
  /** All or nothing, over one connection. */
  transaction<T>(work: (asker: Asker) => Promise<T>): Promise<T>;
}

/** The server has undone the whole statement or transaction: two stood in each other's way. */
const UNDONE = new Set(['40P01', '40001']);
const ATTEMPTS = 3;
/**
 * A prepared statement is not there, or another is there under its name (a pooler in between), or a column has another type
 * since it was prepared. Nothing was executed.
 */
const UNPREPARED = new Set(['26000', '42P05', '0A000']);

export function connection(pool: PgPool, { prepare }: { readonly prepare: boolean }): Connection {
  // Within a transaction it would be too late to ask again: there, nothing is prepared.
  const asker = (to: Pick<PgClient, 'query'>, isPrepared: boolean): Asker => ({
    async ask({ text, name }, values) {
      const query: PgQuery = { text, values: [...values] };
      if (!isPrepared) return rowsOf(await to.query(query));
      try {
        return rowsOf(await to.query({ ...query, name }));
      } catch (error) {
        if (!UNPREPARED.has(codeOf(error) ?? '')) throw error;
        return rowsOf(await to.query(query));
      }
    },
  });
  const single = asker(pool, prepare);
  return {
    ask: (statement, values) => persistent(() => single.ask(statement, values)),
    transaction: (work) => persistent(() => inTransaction(pool, (client) => work(asker(client, false)))),
  };
}

const rowsOf = ({ rows }: PgResult): readonly Row[] => rows as readonly Row[];

async function persistent<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !UNDONE.has(codeOf(error) ?? '')) throw error;
    }
  }
}

async function inTransaction<T>(
  pool: PgPool,
  work: (client: Pick<PgClient, 'query'>) => Promise<T>,
): Promise<T> {
  const { client, release } = await borrowed(pool);
  let broken = true;
  try {
    await client.query({ text: 'BEGIN' });
    try {
      const result = await work(client);
      await client.query({ text: 'COMMIT' });
      broken = false;
      return result;
    } catch (error) {
      // A connection that cannot even roll back is closed, and the server rolls back; `error` says what was wrong.
      broken = await client.query({ text: 'ROLLBACK' }).then(
        () => false,
        () => true,
      );
      throw error;
    }
  } finally {
    release(broken);
  }
}
