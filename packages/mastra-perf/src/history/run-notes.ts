import { copyRow } from './copy-row.ts';

/** What one run of an agent has learned about a thread, for the rest of this run. */
export interface RunNotes {
  /** The run has read, at this moment or later, that the thread has this version. */
  noteVersion(run: object, threadId: string, version: string | undefined, stamp: number): void;
  versionOf(run: object, threadId: string): string | undefined;
  /** A save of the run returned the thread: its next read of it may have this. */
  hand(run: object, threadId: string, handed: Handed): void;
  /** What was handed, once. */
  take(run: object, threadId: string): Handed | undefined;
}

export interface Handed {
  readonly thread: object;
  /** Writes since this moment have changed it. */
  readonly stamp: number;
  /** Reading of a steady clock. */
  readonly at: number;
}

interface Note {
  readonly versions: Map<string, { readonly version: string | undefined; readonly stamp: number }>;
  readonly handed: Map<string, Handed>;
}

export function createRunNotes(): RunNotes {
  const notes = new WeakMap<object, Note>();
  const noteOf = (run: object): Note => {
    const found = notes.get(run);
    if (found) return found;
    const made = { versions: new Map(), handed: new Map() };
    notes.set(run, made);
    return made;
  };
  return {
    noteVersion(run, threadId, version, stamp) {
      const { versions } = noteOf(run);
      // Of two reads side by side, the one that began first may end last.
      if ((versions.get(threadId)?.stamp ?? 0) < stamp) versions.set(threadId, { version, stamp });
    },
    versionOf: (run, threadId) => notes.get(run)?.versions.get(threadId)?.version,
    hand: (run, threadId, handed) =>
      void noteOf(run).handed.set(threadId, { ...handed, thread: copyRow(handed.thread) }),
    take(run, threadId) {
      const handed = notes.get(run)?.handed;
      const found = handed?.get(threadId);
      handed?.delete(threadId);
      return found;
    },
  };
}
