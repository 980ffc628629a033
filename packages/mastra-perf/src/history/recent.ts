import type { Clock } from '../base/clock.ts';
import { createMarks, type Marks } from '../base/marks.ts';
import { asReadBy, guessAsRead, UNTOLD, type AsRead } from './as-read.ts';
import { createKnownThreads, type KnownThreads } from './known-threads.ts';
import type { MemoryTraits } from './memory-traits.ts';
import { createRunNotes, type RunNotes } from './run-notes.ts';
import type { MessageRow, ThreadRow } from './rows.ts';
import { createStrictTimes, type StrictTimes } from './strict-times.ts';
import { createTails, type Tails } from './tails.ts';

export type HistoryMode = 'off' | 'validate' | 'sticky';

export interface RecentOptions {
  readonly clock: Clock;
  readonly mode: HistoryMode;
  /** How old what `'sticky'` uses may be. */
  readonly ttlMs: number;
  readonly traits: MemoryTraits | undefined;
}

/** Thread ids, or all of them. */
export type Threads = readonly string[] | 'all';

/** What this process remembers of the threads that it has lately read and written. */
export interface Recent<
  T extends ThreadRow = ThreadRow,
  M extends MessageRow = MessageRow,
> extends RecentOptions {
  /** Of writes, by thread id: a read that was under way meanwhile is not remembered. */
  readonly marks: Marks;
  readonly threads: KnownThreads<T>;
  readonly tails: Tails<M>;
  readonly times: StrictTimes;
  readonly runs: RunNotes;
  readonly asRead: AsRead<M>;
  /** Something was written there: nothing is known of them any more. */
  forget(threads: Threads): void;
}

export function createRecent<T extends ThreadRow, M extends MessageRow>(
  options: RecentOptions,
): Recent<T, M> {
  const marks = createMarks();
  const threads = createKnownThreads<T>(options.clock);
  const tails = createTails<M>();
  return {
    ...options,
    marks,
    threads,
    tails,
    times: createStrictTimes(),
    runs: createRunNotes(),
    asRead: asReadIn<M>(options),
    forget(which) {
      if (which === 'all') {
        marks.markAll();
        threads.clear();
        tails.clear();
        return;
      }
      marks.mark(which);
      for (const threadId of which) {
        threads.drop(threadId);
        tails.drop(threadId);
      }
    },
  };
}

function asReadIn<M extends MessageRow>({ mode, traits }: RecentOptions): AsRead<M> {
  if (mode === 'off') return UNTOLD;
  return traits ? asReadBy<M>(traits) : guessAsRead<M>();
}
