import { quoted } from '../tables.ts';

/** Tables of Mastra's memory domain, quoted, as they stand in statements. */
export interface MemoryTables {
  readonly schema: string;
  readonly threads: string;
  readonly messages: string;
}

export const MESSAGES = 'mastra_messages';
const THREADS = 'mastra_threads';

/** To be given a checked name. */
export const memoryTables = (schema: string): MemoryTables => ({
  schema,
  threads: `${quoted(schema)}.${quoted(THREADS)}`,
  messages: `${quoted(schema)}.${quoted(MESSAGES)}`,
});

/** When a thread was changed last. Rows of old versions of Mastra have no time with a zone. */
const changedAt = (thread: string): string =>
  `COALESCE(${thread}."updatedAtZ", ${thread}."updatedAt" AT TIME ZONE 'UTC')`;

/** The time of a change, which is a millisecond later than the last one even if the clock says otherwise. */
export const laterThan = (thread: string, now: string): string =>
  `GREATEST(${now}, ${changedAt(thread)} + interval '1 millisecond')`;
