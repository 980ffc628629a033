import { LRUCache } from 'lru-cache';
import { coveredCount } from './message-hashes.ts';

/** What stands for the first messages that were left out of a conversation. */
export interface Summary {
  readonly text: string;
  /** How many messages it stands for. */
  readonly messages: number;
}

/** Summaries that are ready, of many conversations; the latest few of each, as a conversation may be taken up again earlier. */
export interface Conversations {
  /** The one of this conversation that stands for most of the messages with these hashes. */
  newest(scopeKey: string, messages: readonly number[]): Summary | undefined;
  /** A summary of the first of the messages with these hashes. */
  keep(scopeKey: string, summary: Summary, messages: readonly number[]): void;
}

interface Kept {
  readonly text: string;
  readonly covered: readonly number[];
}

const MAX_CONVERSATIONS = 2000;
const MAX_BYTES = 32 * 1024 * 1024;
const EACH = 4;
const ENTRY_BYTES = 200;

export function createConversations(): Conversations {
  const kept = new LRUCache<string, readonly Kept[]>({
    max: MAX_CONVERSATIONS,
    maxSize: MAX_BYTES,
    sizeCalculation: (summaries, scopeKey) =>
      summaries.reduce(
        (sum, { text, covered }) => sum + text.length * 2 + covered.length * 8 + ENTRY_BYTES,
        scopeKey.length * 2 + ENTRY_BYTES,
      ),
  });
  return {
    newest(scopeKey, messages) {
      let best: Summary | undefined;
      for (const { text, covered } of kept.get(scopeKey) ?? []) {
        const count = coveredCount(covered, messages);
        if (count > 0 && count >= (best?.messages ?? 0)) best = { text, messages: count };
      }
      return best;
    },
    keep(scopeKey, { text, messages: count }, messages) {
      const covered = messages.slice(0, count);
      const others = (kept.get(scopeKey) ?? []).filter((one) => !isSame(one.covered, covered));
      kept.set(scopeKey, [...others, { text, covered }].slice(-EACH));
    },
  };
}

const isSame = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((hash, place) => hash === other[place]);
