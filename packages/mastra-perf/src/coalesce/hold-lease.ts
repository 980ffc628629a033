import type { Clock } from '../base/clock.ts';
import type { Lease, Leases } from '../stores/leases.ts';

/** Renews a lease until it is let go, or lost. The returned function ends that, and resolves when others can have it. */
export function holdLease(lease: Lease, ttlMs: number, leases: Leases, clock: Clock): () => Promise<void> {
  let stop: () => void;
  const renewLater = (): void => {
    stop = clock.after(ttlMs / 3, () => {
      leases.renew(lease, ttlMs).then(
        (held) => {
          if (held && !over) renewLater();
        },
        () => over || renewLater(), // the store may be back before the lease has run out
      );
    });
  };
  let over = false;
  renewLater();
  return async () => {
    over = true;
    stop();
    await leases.release(lease).catch(() => false); // it runs out by itself
  };
}
