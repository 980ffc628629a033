import { createHash } from 'node:crypto';
import { PerfConfigError, PerfError } from 'mastra-perf';
import { codeOf } from '../failures.ts';
import type { PgClient, PgPool } from '../pg-pool.ts';
import { borrowed, type BorrowedClient } from './borrowed-client.ts';
import { fastFailure } from './fast-failure.ts';
import { createIndexText, dropIndexText, LOOK_TEXT, WANTED, type WantedIndex } from './wanted-indexes.ts';

export interface EnsureIndexesOptions {
  /** How long another process that makes them is waited for, in ms. @default 600000 */
  readonly waitMs?: number;
}

export interface EnsureIndexesResult {
  /** Names of what was made now. */
  readonly created: string[];
  /** Names of what was there broken, as a build leaves it that was cut off, and was made anew. Also in `created`. */
  readonly rebuilt: string[];
}

const DENIED = '42501';
/** The server does the waiting, a little at a time: who waits longer within one statement keeps an index from being finished. */
const POLL_SECONDS = 0.2;
/** No time of the pool may cut a build off: it would leave a broken index. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Makes what is missing while others go on; one process at a time, over a connection of its own that is closed afterwards. */
export function indexEnsurer(writer: PgPool, schema: string) {
  return async ({ waitMs = 600_000 }: EnsureIndexesOptions = {}): Promise<EnsureIndexesResult> => {
    if (!(waitMs >= 0)) throw new PerfConfigError('ensureIndexes.waitMs', waitMs, 'a number of milliseconds');
    let connection: BorrowedClient | undefined;
    try {
      connection = await borrowed(writer);
      return await ensured(connection.client, schema, waitMs);
    } catch (error) {
      const advice =
        codeOf(error) === DENIED
          ? `Let the owner of the tables run:\n${WANTED.map((index) => `${createIndexText(index, schema)};`).join('\n')}`
          : '';
      throw fastFailure('ensure indexes', error, advice);
    } finally {
      // With it goes the lock, and what was set.
      connection?.release(true);
    }
  };
}

async function ensured(
  client: Pick<PgClient, 'query'>,
  schema: string,
  waitMs: number,
): Promise<EnsureIndexesResult> {
  const run = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>> => {
    const { rows } = await client.query({ text, values, query_timeout: NO_LIMIT_MS });
    return (rows[0] ?? {}) as Record<string, unknown>;
  };
  const look = ({ table, columns, name }: WantedIndex) => run(LOOK_TEXT, [schema, table, columns, name]);
  const created: string[] = [];
  const rebuilt: string[] = [];

  await run('SET statement_timeout = 0');
  const missing: WantedIndex[] = [];
  for (const index of WANTED) {
    const found = await look(index);
    if (found['tables'] === 0)
      throw new PerfError(
        'MASTRA_PERF_STORE',
        `fastPostgres: ensure indexes: there is no table ${index.table} in the schema ${schema}. Let \`store.init()\` make it first`,
      );
    if (!found['there']) missing.push(index);
  }
  if (missing.length === 0) return { created, rebuilt };

  await locked(run, schema, waitMs);
  for (const index of missing) {
    const found = await settled(() => look(index), run, waitMs);
    if (found['there']) continue;
    if (found['broken']) {
      await run(dropIndexText(index, schema));
      rebuilt.push(index.name);
    }
    await run(createIndexText(index, schema));
    created.push(index.name);
  }
  return { created, rebuilt };
}

type Run = (text: string, values?: unknown[]) => Promise<Record<string, unknown>>;

async function locked(run: Run, schema: string, waitMs: number): Promise<void> {
  const digest = createHash('sha256').update(`mastra-perf indexes ${schema}`).digest();
  const keys = [digest.readInt32BE(0), digest.readInt32BE(4)];
  const lock = async (): Promise<boolean> =>
    (await run('SELECT pg_try_advisory_lock($1, $2) AS got', keys))['got'] === true;
  await repeated(lock, run, waitMs);
}

/** An index that somebody builds by hand looks broken until it is done. */
async function settled(look: () => Promise<Record<string, unknown>>, run: Run, waitMs: number) {
  let found: Record<string, unknown> = {};
  await repeated(async () => !(found = await look())['building'], run, waitMs);
  return found;
}

async function repeated(isDone: () => Promise<boolean>, run: Run, waitMs: number): Promise<void> {
  const polls = Math.ceil(waitMs / (POLL_SECONDS * 1000));
  for (let poll = 0; !(await isDone()); poll++) {
    if (poll >= polls)
      throw new PerfError(
        'MASTRA_PERF_STORE',
        `fastPostgres: ensure indexes: another connection has been building them for ${waitMs} ms`,
      );
    await run('SELECT pg_sleep($1)', [POLL_SECONDS]);
  }
}
