import { concurrencyTests } from './cache-concurrency.ts';
import { interleavingTests } from './cache-interleaving.ts';
import { invalidationTests } from './cache-invalidation.ts';
import { readingTests } from './cache-reading.ts';
import { writingTests } from './cache-writing.ts';
import { registerTests, type StoreSuite } from './store-suite.ts';

/**
 * The contract of `CacheStore`, as tests.
 *
 * @example
 * import * as vitest from 'vitest';
 * describeCacheStore({ runner: vitest, name: 'redis', open });
 */
export function describeCacheStore(suite: StoreSuite): void {
  registerTests(suite, 'reading', readingTests);
  registerTests(suite, 'writing', writingTests);
  registerTests(suite, 'invalidation', invalidationTests);
  registerTests(suite, 'in any order', interleavingTests);
  registerTests(suite, 'at the same time', concurrencyTests);
}
