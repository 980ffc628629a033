import { createBackground } from '../base/background.ts';
import { testClock, type TestClock } from '../base/test-clock.ts';
import { createEvents } from '../events.ts';
import type { BoundSettings, CacheSettings } from './options.ts';
import { responseCache, type ResponseCacheDeps } from './response-cache.ts';

/*
 * A response cache for tests: time stands still, nothing is left to chance. Imported only by tests.
 */

export interface TestCacheOptions {
  readonly settings?: CacheSettings | false;
  readonly bounds?: BoundSettings;
  readonly store?: ResponseCacheDeps['store'];
  readonly clock?: TestClock;
  readonly random?: () => number;
  readonly fault?: (where: string, error: unknown) => void;
}

let processes = 0;

/** Each one is like a process of its own. */
export function testCache({
  settings = {},
  bounds = {},
  store,
  clock = testClock(),
  random = () => 0,
  fault = () => undefined,
}: TestCacheOptions = {}) {
  const events = createEvents();
  const background = createBackground({ maxTasks: 1000, onError: (error) => fault('background', error) });
  const cache = responseCache({
    bounds: { maxEntries: 100, ...bounds },
    store,
    clock,
    random,
    events,
    fault,
    background,
    processId: `process ${++processes}`,
    settingsOf: () => settings,
  });
  return { cache, clock, events, background };
}
