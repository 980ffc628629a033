import type { Part } from './write-batch.ts';
import { forgive } from './write-lane.ts';

/** A message is given up when it failed so often in a row, alone, while others were written, and for so long. */
const GIVE_UP_AFTER = 8;
const GIVE_UP_MS = 60_000;

export interface FailureFacts {
  /** The store will never write this. */
  readonly isPermanent: boolean;
  /** Writes that have succeeded until now; none of them of this thread since its last one. */
  readonly successes: number;
  /** Those that had when the attempt began. */
  readonly successesBefore: number;
  /** On the steady clock. */
  readonly now: number;
}

export type Verdict = 'again' | 'later' | 'lost';

/**
 * What a failed write of one thread means. Only a message that failed by itself is given up: with several the next write is
 * smaller. And only while others are written: when nothing is, the store is to blame.
 */
export function judge<M>(
  { lane, items }: Part<M>,
  { isPermanent, successes, successesBefore, now }: FailureFacts,
): Verdict {
  const othersWritten = successes > (lane.successesSeen ?? successesBefore);
  lane.successesSeen = successes;
  lane.isAlone = true;
  if (items.length > 1) {
    lane.limit = isPermanent ? 1 : Math.ceil(items.length / 2);
    return isPermanent ? 'again' : 'later';
  }
  if (othersWritten) {
    lane.blame ??= { count: 0, since: now };
    lane.blame.count++;
  }
  const { count, since } = lane.blame ?? { count: 0, since: now };
  if (!isPermanent && (count < GIVE_UP_AFTER || now - since < GIVE_UP_MS || !othersWritten)) return 'later';
  forgive(lane);
  return 'lost';
}
