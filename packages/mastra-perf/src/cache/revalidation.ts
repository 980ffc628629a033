import type { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import type { ModelCall, Next } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import type { Lease, Leases } from '../stores/leases.ts';

/** Fetches a new answer beside the calls that are given the old one: one at a time for each question, in all processes. */
export interface Revalidation {
  /** `needed`: there is no newer answer. Asked once nobody else can be at it, and whether it has helped. */
  start(call: ModelCall, next: Next, needed: () => Promise<boolean>): void;
}

export interface RevalidationDeps {
  readonly clock: Clock;
  readonly leases: Leases | undefined;
  readonly background: Background;
}

/** Longer than models take; a process that dies meanwhile keeps others from it for no longer. */
const LEASE_MS = 60_000;
/** After a failure the old answer is given for this long before the model is tried again. */
const PAUSE_MS = 5000;

export function createRevalidation({ clock, leases, background }: RevalidationDeps): Revalidation {
  const busy = new Set<string>();

  /** `undefined` when another process is at it; without a store this process is on its own. */
  const permission = async (name: string): Promise<Lease | 'none' | undefined> => {
    if (!leases) return 'none';
    try {
      const attempt = await leases.acquire(name, LEASE_MS);
      return attempt.granted ? attempt.lease : undefined;
    } catch {
      return 'none'; // the guard has told why; a second answer costs less than an old one for ever
    }
  };

  const fetch = async (call: ModelCall, next: Next): Promise<void> => {
    const given = new AbortController();
    const stop = clock.after(LEASE_MS, () => given.abort(new DOMException('Took too long', 'TimeoutError')));
    // The caller has got its answer: this call is nobody's, and what happens to it is not that caller's outcome.
    const own: ModelCall = {
      ...call,
      request: { ...call.request, abortSignal: given.signal },
      overrides: { ...call.overrides, cache: 'refresh' },
      facts: { outcome: { name: 'miss' } },
    };
    try {
      await readAll(await next(own));
      await own.facts.shared; // who gets the lease next finds the new answer
    } finally {
      stop();
    }
  };

  const fetchAlone = async (call: ModelCall, next: Next, needed: () => Promise<boolean>): Promise<void> => {
    const permitted = await permission(`revalidate:${call.key()}`);
    if (permitted === undefined) return;
    const lease = permitted === 'none' ? undefined : permitted;
    try {
      if (await needed()) {
        await fetch(call, next);
        if (await needed()) throw new Error('the new answer may not be stored'); // the next one is no better at once
      }
    } catch (error) {
      if (lease) await leases?.renew(lease, PAUSE_MS).catch(() => undefined); // then it runs out later
      throw error;
    }
    if (lease) await leases?.release(lease).catch(() => undefined); // it runs out by itself
  };

  return {
    start(call, next, needed) {
      const key = call.key();
      if (busy.has(key)) return;
      busy.add(key);
      const done = (): void => void busy.delete(key);
      const taken = background.run(async () => {
        try {
          await fetchAlone(call, next, needed);
          done();
        } catch {
          clock.after(PAUSE_MS, done); // what the model threw is counted with the model calls
        }
      });
      if (!taken) done();
    },
  };
}
