/**
 * `foreign`: not ours at all; `version`: of a format that this release does not know; `corrupt`: damaged, cut off, forged, or
 * stored under another key; `too-large`: more text than is accepted; `unknown-key`: encrypted with a key that is not
 * configured; `not-encrypted`: not encrypted although keys are configured.
 */
export type UnreadableReason =
  | 'foreign'
  | 'version'
  | 'corrupt'
  | 'too-large'
  | 'unknown-key'
  | 'not-encrypted';

/** An entry of a store that cannot be read: a miss, to be counted. Tells the reason only, nothing of what was stored. */
export class UnreadableEntry extends Error {
  override readonly name = 'UnreadableEntry';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason) {
    super(`unreadable cache entry: ${reason}`);
    this.reason = reason;
  }
}

export const isUnreadable = (error: unknown): error is UnreadableEntry => error instanceof UnreadableEntry;
