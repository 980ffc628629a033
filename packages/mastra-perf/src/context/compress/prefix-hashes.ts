import { hash } from 'node:crypto';
import { canonicalHash } from '../../base/canonical-hash.ts';
import type { PromptMessage } from '../../pipeline/call.ts';

/** Hashes of how conversations begin. */
export interface PrefixHashes {
  /**
   * For each number of messages, from 0, the hash of whose conversation it is and of what these messages say.
   *
   * @throws for a message that cannot be known by its content.
   */
  of(messages: readonly PromptMessage[], scopeKey: string): string[];
}

export function createPrefixHashes(): PrefixHashes {
  const known = new WeakMap<PromptMessage, string>();
  const hashOf = (message: PromptMessage): string => {
    let own = known.get(message);
    if (own === undefined) {
      own = canonicalHash([message.role, message.content]);
      known.set(message, own);
    }
    return own;
  };
  return {
    of(messages, scopeKey) {
      const hashes = [hash('sha256', `scope:${scopeKey}`, 'base64url')];
      for (const message of messages)
        hashes.push(hash('sha256', `${hashes.at(-1)}${hashOf(message)}`, 'base64url'));
      return hashes;
    },
  };
}
