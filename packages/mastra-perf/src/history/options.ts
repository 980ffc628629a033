import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, oneOf, options } from '../base/schema.ts';

/** What Mastra stores around an agent call: threads and messages. One read of a thread per run is always on. */
export interface StorageOptions {
  /**
   * Keeps the last messages of recent threads in memory for the next run. `'validate'` uses them while the thread, which each run
   * reads anyway, says that nothing was written since; it needs a storage that tells (`fastPostgres`) and is `'off'`
   * with others. `'sticky'` uses them, and the thread, without asking: runs may miss what other processes wrote for up to
   * `historyTtl`, or until they are told of it if the `store` has a bus.
   * @default 'off'
   */
  readonly history?: 'off' | 'validate' | 'sticky';
  /**
   * For how long `history: 'sticky'` uses what it has, counted from when it was read. The other modes have no use for it.
   * @default '30s'
   */
  readonly historyTtl?: Duration;
  /**
   * When messages are stored: `'through'`, before the call returns, or `'behind'`, soon after it. What was not stored yet is lost if
   * the process is killed. Reads wait for what is to be stored, except those that `history: 'sticky'` answers from memory.
   * @default 'through'
   */
  readonly writes?: 'through' | 'behind';
}

export interface StorageSettings {
  readonly history?: 'off' | 'validate' | 'sticky';
  readonly historyTtl?: number;
  readonly writes?: 'through' | 'behind';
}

export const storageSchema = options(() => ({
  history: z.optional(oneOf('off', 'validate', 'sticky')),
  historyTtl: z.optional(duration('1h')),
  writes: z.optional(oneOf('through', 'behind')),
}));

export const STORAGE_DEFAULTS = {
  history: 'off',
  historyTtl: 30_000,
  writes: 'through',
} as const satisfies Required<StorageSettings>;
