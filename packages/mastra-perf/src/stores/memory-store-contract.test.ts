import * as vitest from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { describePerfStore } from '../testing/describe-perf-store.ts';
import { memoryStoreOn } from './memory-store.ts';

describePerfStore({
  runner: vitest,
  name: 'memory, on a clock that tests move',
  async open() {
    const clock = testClock();
    const store = memoryStoreOn(clock);
    return {
      store,
      second: store,
      close: () => store.close(),
      advance: clock.advance,
      now: clock.now,
      roundTrips: () => 0,
    };
  },
});
