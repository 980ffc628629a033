import { canonicalHash } from '../../base/canonical-hash.ts';
import type { PromptMessage } from '../../pipeline/call.ts';

/** Numbers by which messages are known: 48 bits of a hash of what each says. */
export interface MessageHashes {
  /** @throws for a message that cannot be known by its content. */
  of(messages: readonly PromptMessage[]): number[];
}

export function createMessageHashes(): MessageHashes {
  const known = new WeakMap<PromptMessage, number>();
  return {
    of: (messages) =>
      messages.map((message) => {
        let own = known.get(message);
        if (own === undefined) {
          own = Buffer.from(canonicalHash([message.role, message.content]), 'base64url').readUIntBE(0, 6);
          known.set(message, own);
        }
        return own;
      }),
  };
}

/** A history that begins later has at least so many messages in common with what is known of it. */
const LEAST_COMMON = 3;

/**
 * How many of `messages`, from the first on, are the last of `covered`: all of them where a conversation has grown, fewer where a
 * store gives back the last messages only. 0 where the conversation is another one, or was changed.
 */
export function coveredCount(covered: readonly number[], messages: readonly number[]): number {
  for (let start = 0; start < covered.length; start++) {
    const count = covered.length - start;
    if (start > 0 && count < LEAST_COMMON) return 0;
    if (covered[start] !== messages[0] || count > messages.length) continue;
    let same = 1;
    while (same < count && covered[start + same] === messages[same]) same++;
    if (same === count) return count;
  }
  return 0;
}
