import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { BudgetAnnouncer } from './budget-announcer.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits } from './budget-bound.ts';
import { hourOf, leastHour, usualHour, type BudgetHour } from './budget-hours.ts';

export interface BurnRateDeps {
  readonly ledger: Pick<Ledger, 'budgets'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly announcer: BudgetAnnouncer;
}

/** What this process knows of an hour. */
interface Watched {
  /** At least so much is spent in it, by all processes. */
  spent: number;
  usual?: number;
  /** When the ledger is asked again, by the steady clock; `Infinity` when no more is to be known. */
  lookFrom: number;
  /** It is asked sooner when so much is spent. */
  lookAt: number;
}

const MAX_WATCHED = 10_000;
const LOOK_EVERY_MS = 10_000;

/**
 * Tells when the present hour has cost several times a usual one: once in the hour, by one of all processes. Returns what is to
 * be called after each charge; it asks the ledger beside the call, now and then: of this hour, and once in it, when that has
 * cost enough to be told of, of the hours before it.
 */
export function burnRate({ ledger, clock, timeoutMs, announcer }: BurnRateDeps) {
  const hours = new LRUCache<string, Watched>({ max: MAX_WATCHED });

  /** @throws when the ledger is away. */
  const spentOf = async (counters: readonly string[]): Promise<number[]> => {
    const states = await withDeadline(clock, timeoutMs, () => ledger.budgets(counters));
    return states.map(({ spent }) => spent);
  };

  const look = async (applied: Applied, times: number, hour: BudgetHour, watched: Watched): Promise<void> => {
    const least = leastHour(applied);
    const [spent = 0] = await spentOf([hour.counter]);
    watched.spent = Math.max(watched.spent, spent);
    if (watched.spent < least) return void (watched.lookAt = least);
    watched.usual ??= usualHour(await spentOf(hour.before())) ?? Infinity;
    const bar = times * watched.usual;
    if (watched.spent >= bar) await tell(applied, hour, watched.spent, watched.usual);
    else watched.lookAt = bar;
    if (watched.spent >= bar || bar === Infinity) watched.lookFrom = watched.lookAt = Infinity;
  };

  const tell = async (applied: Applied, hour: BudgetHour, spent: number, usual: number): Promise<void> => {
    const { unit } = applied.budget;
    const facts = {
      spentThisHour: shownUnits(unit, spent),
      usualPerHour: shownUnits(unit, Math.round(usual)),
    };
    await announcer.once(applied, hour.once(), hour.expiresAt, (about) => ({
      event: { kind: 'burn-rate', ...about.event, ...facts },
      alert: { type: 'budget.burn-rate', ...about.alert, ...facts },
    }));
  };

  return (applied: Applied, amount: number): void => {
    const times = applied.budget.alertAtTimesUsual;
    if (times === undefined) return;
    const hour = hourOf(applied);
    const watched = hours.get(hour.counter) ?? { spent: 0, lookFrom: -Infinity, lookAt: Infinity };
    hours.set(hour.counter, watched);
    watched.spent += amount;
    const now = clock.monotonic();
    if (now < watched.lookFrom && watched.spent < watched.lookAt) return;
    watched.lookFrom = now + LOOK_EVERY_MS;
    watched.lookAt = Infinity;
    announcer.beside(() => look(applied, times, hour, watched));
  };
}
