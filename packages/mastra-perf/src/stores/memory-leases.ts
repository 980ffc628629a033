import type { Clock } from '../base/clock.ts';
import type { Lease, Leases } from './leases.ts';

interface Holding {
  readonly token: number;
  readonly expiresAt: number;
}

/** Leases that nobody gave back are looked for when there are twice as many as the last time, and no sooner than at this. */
const SWEEP_FROM = 1000;

export function memoryLeases(clock: Clock): Leases {
  const held = new Map<string, Holding>();
  let tokens = 0;
  let sweepAt = SWEEP_FROM;

  const isHeld = (holding: Holding | undefined): holding is Holding =>
    holding !== undefined && holding.expiresAt > clock.monotonic();
  const holds = ({ name, token }: Lease): boolean => {
    const holding = held.get(name);
    return isHeld(holding) && holding.token === token;
  };
  const hold = ({ name, token }: Lease, ttlMs: number): void => {
    held.set(name, { token, expiresAt: clock.monotonic() + ttlMs });
  };
  const sweep = (): void => {
    if (held.size < sweepAt) return;
    for (const [name, holding] of held) if (!isHeld(holding)) held.delete(name);
    sweepAt = Math.max(SWEEP_FROM, 2 * held.size);
  };

  return {
    async acquire(name, ttlMs) {
      const holding = held.get(name);
      if (isHeld(holding)) return { granted: false, expiresInMs: holding.expiresAt - clock.monotonic() };
      sweep();
      const lease = { name, token: ++tokens };
      hold(lease, ttlMs);
      return { granted: true, lease };
    },
    async renew(lease, ttlMs) {
      const isOurs = holds(lease);
      if (isOurs) hold(lease, ttlMs);
      return isOurs;
    },
    async release(lease) {
      return holds(lease) && held.delete(lease.name);
    },
  };
}
