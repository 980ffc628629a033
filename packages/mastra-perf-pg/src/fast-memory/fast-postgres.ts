import { PerfConfigError } from 'mastra-perf';
import { fastMemory, type FastMemory } from './fast-memory.ts';
import type { MessageInput } from './message-rows.ts';
import { overlay } from './overlay.ts';
import { storeParts } from './store-parts.ts';

export interface FastPostgresOptions {
  /**
   * Statements are prepared once per connection. `false` for a pooler that hands out a connection per transaction, as
   * PgBouncer does in transaction mode.
   * @default true
   */
  readonly prepare?: boolean;
}

/** The part of a `PostgresStore` that is replaced. */
interface StoreLike {
  readonly stores: { readonly memory?: object | undefined };
}

type MemoryOf<S extends StoreLike> = NonNullable<S['stores']['memory']>;
type MessageOf<D> = D extends { saveMessages(input: { messages: Array<infer M> }): unknown }
  ? M
  : MessageInput;

/** A store whose memory domain is a `FastMemory`. */
export type FastStore<S extends StoreLike> = {
  getStore(name: 'memory'): Promise<MemoryOf<S> & FastMemory<MessageOf<MemoryOf<S>>>>;
} & S;

/** Of domains that are fast already, by whichever copy of this package. */
const FAST = Symbol.for('mastra-perf-pg.fast-memory');

/**
 * Puts faster methods before those of the store's memory domain: messages are saved, updated and deleted in one or two round
 * trips, and there are pages by cursor, imports, and the indexes that are missing. The store is changed and returned; what is
 * stored is the same as before, and everything else is Mastra's own. A second time changes nothing.
 *
 * @throws PerfConfigError if the store has no shape that is known
 * @example
 * const storage = fastPostgres(new PostgresStore({ id: 'pg', connectionString: process.env.DATABASE_URL }));
 * const memory = await storage.getStore('memory');
 * const { messages, nextCursor } = await memory.listMessagesPage({ threadId });
 */
export function fastPostgres<S extends StoreLike>(
  store: S,
  { prepare = true }: FastPostgresOptions = {},
): FastStore<S> {
  if (typeof prepare !== 'boolean')
    throw new PerfConfigError('fastPostgres.prepare', prepare, 'true or false');
  const parts = storeParts(store);
  if (!(FAST in parts.memory)) {
    const own = { ...fastMemory(parts, { prepare }), [FAST]: true };
    parts.stores['memory'] = overlay(parts.memory, own);
  }
  return store as FastStore<S>;
}
