import { LRUCache } from 'lru-cache';

/** What stands for the first messages that were left out of a conversation. */
export interface Summary {
  readonly text: string;
  /** How many messages it stands for. */
  readonly messages: number;
}

/** Summaries that are ready, of many conversations; the latest few of each, as a conversation may be taken up again earlier. */
export interface Conversations {
  /** The one of this conversation that stands for most of the messages with these hashes. */
  newest(scopeKey: string, prefixes: readonly string[]): Summary | undefined;
  keep(scopeKey: string, summary: Summary, prefix: string): void;
}

interface Kept extends Summary {
  readonly prefix: string;
}

const MAX_CONVERSATIONS = 2000;
const MAX_BYTES = 16 * 1024 * 1024;
const EACH = 4;
const ENTRY_BYTES = 200;

export function createConversations(): Conversations {
  const kept = new LRUCache<string, readonly Kept[]>({
    max: MAX_CONVERSATIONS,
    maxSize: MAX_BYTES,
    sizeCalculation: (summaries, scopeKey) =>
      summaries.reduce(
        (sum, { text }) => sum + text.length * 2 + ENTRY_BYTES,
        scopeKey.length * 2 + ENTRY_BYTES,
      ),
  });
  return {
    newest(scopeKey, prefixes) {
      const fitting = (kept.get(scopeKey) ?? []).filter(
        ({ messages, prefix }) => prefixes[messages] === prefix,
      );
      return fitting.reduce<Kept | undefined>(
        (best, one) => (best && best.messages > one.messages ? best : one),
        undefined,
      );
    },
    keep(scopeKey, { text, messages }, prefix) {
      const others = (kept.get(scopeKey) ?? []).filter((one) => one.prefix !== prefix);
      kept.set(scopeKey, [...others, { text, messages, prefix }].slice(-EACH));
    },
  };
}
