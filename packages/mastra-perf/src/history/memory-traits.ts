/**
 * Under this key a memory domain of Mastra's storage tells what it does beyond Mastra's interface: `domain[MEMORY_TRAITS]` is a
 * `MemoryTraits`. Domains without it work as they do in Mastra.
 */
export const MEMORY_TRAITS: unique symbol = Symbol.for('mastra-perf.memory-traits');

export interface MemoryTraits {
  /** Messages of threads that are not there are refused. Saves of several threads go in one statement, so that joining concurrent saves pays. */
  readonly joinsSaves: boolean;
  /**
   * Of a thread that `getThreadById()` of this domain returned: another text after every committed change of the thread or of its
   * messages, by whomever. `undefined` for an object that is none of these.
   */
  versionOf(thread: object): string | undefined;
  /**
   * A message as reading it will return it once it is saved, in an object of its own.
   */
  asRead<M extends object>(message: M): M;
}

/** What `saveMessages()` of a domain with traits returns beside the messages. */
export interface SavedThreads {
  /** Each thread that was saved to, as it is after the save. */
  readonly threads: readonly SavedThread[];
  /** Ids of messages that were there before and were written over; their `createdAt` is what it was. */
  readonly updated: readonly string[];
}

export interface SavedThread {
  /** The same shape as `getThreadById()` returns. */
  readonly thread: object;
  /** Version of the thread just before this save: equal to one that was read if nothing was written between. */
  readonly before: string;
  readonly version: string;
}
