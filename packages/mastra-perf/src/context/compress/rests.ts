import { LRUCache } from 'lru-cache';
import { createBackoff, type Backoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';

export interface RestsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly firstMs: number;
  readonly maxMs: number;
  /**
   * Failures in a row that are let pass.
   * @default 0
   */
  readonly spared?: number;
}

/** What has failed is left alone for a while, longer each time. Needs no timer. */
export interface Rests {
  isResting(key: string): boolean;
  failed(key: string): void;
  succeeded(key: string): void;
}

const MAX_KEYS = 1000;

interface Failing {
  readonly backoff: Backoff;
  spared: number;
  until: number;
}

export function createRests({ clock, random, firstMs, maxMs, spared = 0 }: RestsOptions): Rests {
  const failing = new LRUCache<string, Failing>({ max: MAX_KEYS });
  return {
    isResting: (key) => clock.monotonic() < (failing.get(key)?.until ?? -Infinity),
    failed(key) {
      const entry = failing.get(key) ?? {
        backoff: createBackoff({ firstMs, maxMs, random }),
        spared,
        until: -Infinity,
      };
      failing.set(key, entry);
      if (entry.spared-- <= 0) entry.until = clock.monotonic() + entry.backoff.next();
    },
    succeeded: (key) => void failing.delete(key),
  };
}
