import type { Leases } from '../stores/leases.ts';

/* Leases over a map, right unless they are asked for a mistake that an author could make. Imported only by tests. */

export const LEASE_FLAWS = [
  'a lease is granted to whoever asks',
  'a lease is granted without looking once more',
  'tokens are all the same',
  'tokens begin anew with each holder',
  'release does not look at the token',
  'renew does not look at the token',
  'renew brings back what expired',
  'renew does nothing',
  'renew never shortens',
  'release does nothing',
  'leases do not expire',
  'nobody is told how long a lease is held',
  'lease names do not tell capitals apart',
] as const;

export type LeaseFlaw = (typeof LEASE_FLAWS)[number];

/** All views of one place are the same. */
export function flawedLeases(flaw: string | undefined, now: () => number): Leases {
  let tokens = 0;
  const leases = new Map<string, { readonly token: number; readonly expiresAt: number }>();
  const has = (some: LeaseFlaw): boolean => some === flaw;
  const nameOf = (name: string): string =>
    has('lease names do not tell capitals apart') ? name.toLowerCase() : name;
  const holding = (name: string) => {
    const found = leases.get(nameOf(name));
    return found && (found.expiresAt > now() || has('leases do not expire')) ? found : undefined;
  };
  return {
    async acquire(name, ttlMs) {
      const held = holding(name);
      if (has('a lease is granted without looking once more')) await undefined;
      if (held && !has('a lease is granted to whoever asks')) {
        const expiresInMs = has('nobody is told how long a lease is held') ? 0 : held.expiresAt - now();
        return { granted: false, expiresInMs };
      }
      if (!has('tokens are all the same')) tokens++;
      const token = has('tokens begin anew with each holder') ? (held?.token ?? 0) + 1 : tokens;
      leases.set(nameOf(name), { token, expiresAt: now() + ttlMs });
      return { granted: true, lease: { name, token } };
    },
    async renew({ name, token }, ttlMs) {
      const held = has('renew brings back what expired') ? leases.get(nameOf(name)) : holding(name);
      if (!held || (held.token !== token && !has('renew does not look at the token'))) return false;
      const expiresAt = has('renew never shortens') ? Math.max(held.expiresAt, now() + ttlMs) : now() + ttlMs;
      if (!has('renew does nothing')) leases.set(nameOf(name), { ...held, expiresAt });
      return true;
    },
    async release({ name, token }) {
      const held = holding(name);
      if (!held || (held.token !== token && !has('release does not look at the token'))) return false;
      return has('release does nothing') || leases.delete(nameOf(name));
    },
  };
}
