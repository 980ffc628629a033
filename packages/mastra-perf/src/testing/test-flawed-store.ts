import { testClock } from '../base/test-clock.ts';
import type { OpenStore } from './store-suite.ts';
import { flawedBus, type BusFlaw } from './test-flawed-bus.ts';
import { flawedCache, type CacheFlaw } from './test-flawed-cache.ts';
import { flawedLeases, type LeaseFlaw } from './test-flawed-leases.ts';
import { flawedLedger, type LedgerFlaw } from './test-flawed-ledger.ts';
import { flawedRates, type RateFlaw } from './test-flawed-rates.ts';

/* Imported only by tests. */

export const LIFE_FLAWS = [
  'it has no name',
  'it is never healthy',
  'connecting again begins anew',
  'closing ends it for everybody',
  'it can be closed only once',
] as const;

export type Flaw = (typeof LIFE_FLAWS)[number] | CacheFlaw | LeaseFlaw | BusFlaw | LedgerFlaw | RateFlaw;

/** Opens two views of one place that has this mistake, or none. */
export function openFlawed(flaw?: Flaw): OpenStore {
  const clock = testClock();
  const newCaches = () => flawedCache(flaw, clock.now);
  let cacheView = newCaches();
  const leases = flawedLeases(flaw, clock.now);
  const bus = flawedBus(flaw);
  const ledgerView = flawedLedger(flaw, clock.now);
  const ratesView = flawedRates(flaw, clock.now);
  const has = (some: (typeof LIFE_FLAWS)[number]): boolean => some === flaw;
  let isOver = false;

  const view = () => {
    let cache = cacheView();
    let closes = 0;
    return {
      name: has('it has no name') ? ' ' : 'flawed',
      get cache() {
        return cache;
      },
      leases,
      bus: bus.view(),
      ledger: ledgerView(),
      rates: ratesView(),
      async connect() {
        if (!has('connecting again begins anew')) return;
        cacheView = newCaches();
        cache = cacheView();
      },
      async health() {
        if (isOver || has('it is never healthy')) throw new Error('not healthy');
      },
      async close() {
        isOver = has('closing ends it for everybody');
        if (++closes > 1 && has('it can be closed only once')) throw new Error('closed already');
      },
    };
  };
  return {
    store: view(),
    second: view(),
    close: async () => {},
    advance: clock.advance,
    now: clock.now,
    breakConnection: bus.breakConnection,
  };
}
