import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Bus, BusListener } from './bus.ts';
import { soleAttempt } from './sole-attempt.ts';
import type { StoreGuard } from './store-guard.ts';
import { StoreUnavailable } from './store-unavailable.ts';

const SUBSCRIBE_MS = 2_000;
const GIVE_UP_MS = 60_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

export interface SubscriptionDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly guard: StoreGuard;
  readonly bus: Bus;
}

/** One subscription that is wanted until it ends, whether or not it stands. */
export interface LastingSubscription {
  /**
   * Resolves when it stands, or when that did not work for now: it is then tried again, while the store is up, and the
   * listener told of a gap when it stands. Rejects only when the guard is closed.
   */
  begin(): Promise<void>;
  /** The store is there again: tells of the gap, or tries again what does not stand yet. */
  resume(): void;
  /** Passes on nothing from now on. */
  deafen(): void;
  end(): Promise<void>;
}

export function lastingSubscription(
  topic: string,
  listener: BusListener,
  { clock, random, guard, bus }: SubscriptionDeps,
): LastingSubscription {
  const backoff = createBackoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random });
  let wanted = true;
  /** Whether the caller goes on as if it stood. */
  let assumed = false;
  let standing: (() => Promise<void>) | undefined;
  let cancelRetry = (): void => undefined;

  // A store that takes long is not asked twice. Were it, after a minute, the second answer is one too many.
  const attempt = soleAttempt(clock, GIVE_UP_MS, async () => {
    let heard = true;
    const end = await bus.subscribe(topic, {
      message: (text) => wanted && heard && listener.message(text),
      gap: () => wanted && heard && listener.gap(),
    });
    if (typeof end !== 'function') throw new TypeError('subscribe() gave no way to end the subscription');
    if (wanted && !standing) {
      standing = end;
      cancelRetry();
      if (assumed) listener.gap();
    } else {
      heard = false;
      await discard(end);
    }
  });

  const discard = async (end: () => Promise<void>): Promise<void> => {
    try {
      await guard.run('unsubscribe', SUBSCRIBE_MS, end, { breaker: 'ignores' });
    } catch {
      // The guard has told it, and what may still come is not passed on.
    }
  };

  const tryLater = (): void => {
    cancelRetry();
    cancelRetry = clock.after(backoff.next(), () => void tryAgain());
  };

  const tryOnce = async (): Promise<void> => {
    try {
      await guard.run('subscribe', SUBSCRIBE_MS, attempt.join, { breaker: 'heeds' });
    } catch (error) {
      const reason = error instanceof StoreUnavailable ? error.reason : undefined;
      if (reason === 'closed') throw error;
      // The guard has told it. While the store is down there is nothing to try: `resume` comes when it is up.
      if (reason !== 'open' && wanted && !standing) tryLater();
    }
  };

  const tryAgain = async (): Promise<void> => {
    if (attempt.isUnderWay()) return tryLater();
    await tryOnce().catch(() => undefined); // closed meanwhile: nobody waits for messages any more
  };

  const deafen = (): void => {
    wanted = false;
    cancelRetry();
  };

  return {
    async begin() {
      try {
        await tryOnce();
      } finally {
        assumed = true;
      }
    },
    resume() {
      if (standing) listener.gap();
      else void tryAgain();
    },
    deafen,
    async end() {
      if (!wanted) return;
      deafen();
      if (standing) await discard(standing);
    },
  };
}
