import type { Clock } from '../base/clock.ts';
import { isAborted } from '../pipeline/failure.ts';
import type { RateAnswer, Rates } from '../stores/rates.ts';
import type { Rule } from './model-rules.ts';
import { createRatesWithin, type Taken } from './rates-within.ts';
import { createSleep } from './sleep.ts';
import type { Place } from './priority-line.ts';
import { createWaitingTurns, type Waiter, type Waiting } from './waiting-turns.ts';

export interface RateGateDeps {
  readonly clock: Clock;
  /** That processes share; absent without a store. Rejects at once while the store is away. */
  readonly shared: Rates | undefined;
  /** Of this process. */
  readonly own: Rates;
  readonly fault: (error: unknown) => void;
}

/** What a call that may begin has taken. */
export interface Turn {
  /** Whether it was not its turn at once. */
  readonly waited: boolean;
  /** It used so many tokens, in place of those that were taken for it; once. */
  settle(tokens: number): void;
}

/** The calls of all models for which the same rules hold, on their way to the provider. */
export interface RateGate {
  enter(tokens: () => number, waiting: Waiting): Promise<Turn>;
  /** The provider wants to be left alone for so long. */
  pause(ms: number): void;
  /** Nobody waits, and the provider did not say that it was too much a short while ago. */
  isIdle(): boolean;
  /** Everybody goes on. */
  open(): void;
}

/**
 * A turn is taken this long before it begins, and no earlier: until then, one with a higher priority may come. It is more than
 * what a store takes to answer, so that no moment passes unused.
 */
const LOOK_AHEAD_MS = 250;
/** Several turns come back meanwhile where the rate is high: one question is enough for all of them. */
const LEAST_SLEEP_MS = 50;
const MOST_AT_ONCE = 16;
/** A turn may come earlier than was told, when others give back what they did not use. */
const MOST_SLEEP_MS = 1000;
/** After a provider said that it was too much, nothing is sent in bursts: what it counts is not what is counted here. */
const CALM_MS = 60_000;

interface Asked {
  readonly granted: number;
  readonly refused?: {
    readonly place: WaitingPlace;
    readonly answer: RateAnswer & { readonly taken: Taken };
  };
}

type WaitingPlace = Place<Waiter<() => number, Grant | undefined>>;

interface Grant extends Taken {
  readonly waitMs: number;
  readonly waited: boolean;
}

export function createRateGate(rules: readonly Rule[], name: string, deps: RateGateDeps): RateGate {
  const { clock, fault } = deps;
  const rates = createRatesWithin(rules, name, deps);
  const turns = createWaitingTurns<() => number, Grant | undefined>(clock);
  const sleep = createSleep(clock);
  let isOpen = false;
  let isPumping = false;
  /** When who is first could begin, as it was last told. */
  let firstAt = 0;
  let firstTokens = 0;
  let calmUntil = 0;

  /**
   * Asks for the turns of several at once, since a busy process waits long for each answer. Of those after one that was refused,
   * none is used: small calls would overtake a large one for ever.
   */
  const askFor = async (
    places: readonly WaitingPlace[],
    firstMs: number,
    waited: boolean,
  ): Promise<Asked> => {
    const isCalm = clock.monotonic() < calmUntil;
    const answers = await Promise.all(
      places.map(async ({ item }, index) =>
        rates.take(item.item(), LOOK_AHEAD_MS + (index === 0 ? firstMs : 0), isCalm),
      ),
    );
    const refusedAt = answers.findIndex(({ granted }) => !granted);
    for (const [index, { granted, waitMs, taken }] of answers.entries()) {
      const place = places[index];
      if (!granted || !place) continue;
      const isUsed = refusedAt < 0 || index < refusedAt;
      if (!isUsed || !turns.give(place, { ...taken, waitMs, waited: waited || waitMs > 0 }))
        rates.giveBack(taken);
    }
    const [place, answer] = [places[refusedAt], answers[refusedAt]];
    return {
      granted: place ? refusedAt : places.length,
      ...(place && answer && { refused: { place, answer } }),
    };
  };
  const serve = async (): Promise<void> => {
    let waited = false;
    let atOnce = 1;
    let blocked: { readonly place: WaitingPlace; readonly since: number } | undefined;
    while (turns.size > 0) {
      const places = turns.next(atOnce);
      // The longer it is first, the further ahead it looks: a large call would wait for ever for a moment that other processes leave.
      const firstMs = blocked && blocked.place === places[0] ? clock.monotonic() - blocked.since : 0;
      const { granted, refused } = await askFor(places, firstMs, waited);
      atOnce = Math.min(refused ? granted + 1 : 2 * atOnce, MOST_AT_ONCE);
      if (!refused) continue;
      waited = true;
      if (blocked?.place !== refused.place) blocked = { place: refused.place, since: clock.monotonic() };
      const { waitMs, taken } = refused.answer;
      firstAt = clock.monotonic() + waitMs;
      firstTokens = taken.tokens;
      turns.refuseBeyond(refused.place, waitMs);
      const until = Math.min(Math.max(waitMs - LOOK_AHEAD_MS, LEAST_SLEEP_MS), MOST_SLEEP_MS);
      if (turns.size > 0) await sleep.for(until);
    }
  };
  const pump = async (): Promise<void> => {
    if (isPumping) return;
    isPumping = true;
    try {
      await serve();
    } catch (error) {
      fault(error);
      turns.giveAll(undefined);
    } finally {
      isPumping = false;
      // Somebody may have come since the line was last looked at.
      if (turns.size > 0) void pump();
    }
  };

  /** No less than this: who is first begins then, and the requests of others that are before this one have to come back. */
  const leastWait = (tokens: () => number, priority: Waiting['priority']): number => {
    const ahead = turns.ahead(priority);
    if (ahead === 0 && (turns.size === 0 || tokens() < firstTokens)) return 0;
    return Math.max(0, firstAt - clock.monotonic()) + rates.requestsMs(ahead);
  };

  return {
    async enter(tokens, waiting) {
      if (isOpen) return NO_TURN;
      const least = leastWait(tokens, waiting.priority);
      if (clock.monotonic() + least > waiting.deadline) throw waiting.refusal(least);
      const place = turns.wait(tokens, waiting);
      void pump();
      const grant = await place;
      if (!grant) return NO_TURN;
      await sleep.for(isOpen ? 0 : grant.waitMs, waiting.signal);
      if (isAborted(waiting.signal)) {
        rates.giveBack(grant);
        throw waiting.signal?.reason;
      }
      return { waited: grant.waited, settle: rates.settlementOf(grant) };
    },
    pause(ms) {
      calmUntil = clock.monotonic() + Math.max(CALM_MS, ms);
      firstAt = Math.max(firstAt, clock.monotonic() + ms);
      rates.pause(ms);
    },
    isIdle: () => turns.size === 0 && clock.monotonic() >= calmUntil,
    open() {
      isOpen = true;
      turns.giveAll(undefined);
      sleep.wake();
    },
  };
}

/** Of whom nothing is taken. */
const NO_TURN: Turn = { waited: false, settle: () => undefined };
