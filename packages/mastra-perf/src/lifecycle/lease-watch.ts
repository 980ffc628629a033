import type { Clock } from '../base/clock.ts';
import type { PoolLeak } from './pool-options.ts';

/** Finds leases that nobody has any more and nobody has released. */
export interface LeaseWatch {
  /** `token` names it without keeping it. */
  add(lease: object, token: object): void;
  forget(lease: object): void;
}

interface Taken {
  readonly token: object;
  readonly takenAt: string;
  readonly at: number;
}

/** Frames of `acquire()` itself and of this file. */
const OWN_FRAMES = 4;

export function createLeaseWatch(clock: Clock, onLeak: (leak: PoolLeak, token: object) => void): LeaseWatch {
  const registry = new FinalizationRegistry<Taken>(({ token, takenAt, at }) =>
    onLeak({ takenAt, heldMs: Math.round(clock.monotonic() - at) }, token),
  );
  return {
    add(lease, token) {
      const stack = new Error('taken').stack ?? '';
      const takenAt = stack.split('\n').slice(OWN_FRAMES).join('\n');
      registry.register(lease, { token, takenAt, at: clock.monotonic() }, lease);
    },
    forget: (lease) => void registry.unregister(lease),
  };
}
