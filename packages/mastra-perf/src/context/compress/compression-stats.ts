import type { Unfit } from './judge-summary.ts';

/**
 * Why a text stayed as it was: the summarizer failed (`error`), took too long (`timeout`), was cut off by a limit on its output
 * (`cutOff`); its answer is no text (`notText`), `empty`, `notShorter`, `tooLong` also at the second try, the same over and over
 * (`repetitive`), or lacks `numbers` or `code`. `resting`: it was not asked, because it has failed before; `nested`: it is the
 * summarizer itself that asks.
 */
export type RejectReason = Unfit | 'error' | 'timeout' | 'cutOff' | 'numbers' | 'code' | 'resting' | 'nested';

const REASONS: readonly RejectReason[] = [
  'error',
  'timeout',
  'cutOff',
  'notText',
  'empty',
  'notShorter',
  'tooLong',
  'repetitive',
  'numbers',
  'code',
  'resting',
  'nested',
];

/** Plain JSON. */
export interface CompressionStats {
  /** Texts that a summarizer has shortened. */
  readonly compressed: number;
  /** Calls that got what had been shortened before, or was being shortened for another call. */
  readonly fromCache: number;
  /** Texts that fitted as they were. */
  readonly unneeded: number;
  /** Calls whose text stayed as it was although it was too long. */
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /** Of all texts that calls got shorter, from the cache as well. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface CompressionCounts {
  shortened(by: 'summarizer' | 'cache', before: number, after: number): void;
  unneeded(): void;
  rejected(reason: RejectReason): void;
  stats(): CompressionStats;
}

export function compressionCounts(): CompressionCounts {
  const sums = { compressed: 0, fromCache: 0, unneeded: 0, tokensBefore: 0, tokensAfter: 0 };
  const rejected = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<RejectReason, number>;
  return {
    shortened(by, before, after) {
      sums[by === 'cache' ? 'fromCache' : 'compressed']++;
      sums.tokensBefore += before;
      sums.tokensAfter += after;
    },
    unneeded: () => void sums.unneeded++,
    rejected: (reason) => void rejected[reason]++,
    stats: () => ({ ...sums, rejected: { ...rejected } }),
  };
}
