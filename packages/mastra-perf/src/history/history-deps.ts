import type { Clock } from '../base/clock.ts';
import type { Bus } from '../stores/bus.ts';
import type { MemoryTraits } from './memory-traits.ts';
import type { HistoryMode } from './recent.ts';
import type { MessageRow } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export interface HistoryDeps {
  readonly clock: Clock;
  readonly mode: HistoryMode;
  /** How old what `'sticky'` uses may be. */
  readonly ttlMs: number;
  readonly traits: MemoryTraits | undefined;
  /** Where processes with `'sticky'` tell each other what they wrote. */
  readonly bus?: Bus | undefined;
  /** Names this history on the bus; no other one of any process has this name. */
  readonly senderId: string;
  /** Identity of the agent run in which this is asked. */
  readonly currentRun: () => object | undefined;
  /** Whether Mastra's history is saving: it asks for a thread only to know whether to create it. */
  readonly isPersisting: () => boolean;
  /** Told of our own errors. Must not throw. */
  readonly fault: (where: string, error: unknown) => void;
  /** Told once if the mode is `'validate'` and the storage has no traits: then it is `'off'`. */
  readonly onOff?: () => void;
  /** Makes the queue if messages are written behind. */
  readonly writeBehind?: ((behind: Behind) => Pick<WriteQueue<MessageRow>, 'add' | 'settled'>) | undefined;
}

/** For the makers of a queue. */
export interface Behind {
  /** A write of the queue. */
  readonly write: (messages: readonly MessageRow[]) => Promise<void>;
  /** Whether a write may hold messages of several threads. */
  readonly joins: boolean;
  /** To be told when messages of this thread were given up. */
  readonly lost: (threadId: string) => void;
}
