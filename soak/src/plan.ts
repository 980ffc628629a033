import type { RoundResult } from './round-result.ts';
import { alone, behindSentinel, type HouseRedis } from './world/house-redis.ts';

/** What differs between the rounds of a run. */
export interface Stage {
  readonly name: string;
  readonly says: string;
  readonly ms: number;
  readonly storage: RoundResult['storage'];
  readonly redis: () => Promise<HouseRedis>;
}

const ROUND_MINUTES = 5;

/** Messages are written through and behind in turn, and there is a Redis by itself and one that fails over. */
export function stagesOf(minutes: number): readonly Stage[] {
  const count = Math.max(2, 2 * Math.round(minutes / ROUND_MINUTES / 2));
  const ms = (minutes * 60_000) / count;
  return Array.from({ length: count }, (_, index) => {
    const isBehind = index % 2 === 1;
    // The third and fourth round have it the other way round.
    const hasSentinel = index % 4 >= 2 !== isBehind;
    return {
      name: String.fromCharCode('a'.charCodeAt(0) + index),
      says: `messages written ${isBehind ? 'behind' : 'through'}, Redis ${hasSentinel ? 'with a replica behind a sentinel' : 'by itself'}`,
      ms,
      storage: isBehind ? { writes: 'behind', history: 'validate' } : { writes: 'through', history: 'off' },
      redis: hasSentinel ? behindSentinel : alone,
    };
  });
}
