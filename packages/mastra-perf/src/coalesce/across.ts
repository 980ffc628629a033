import type { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import type { Middleware, ModelCall, Next, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { observe } from '../pipeline/observe.ts';
import type { Lease, Leases } from '../stores/leases.ts';
import { holdLease } from './hold-lease.ts';
import { COALESCE_DEFAULTS, type CoalesceSettings } from './options.ts';
import type { Ending, Heard, Releases } from './releases.ts';

export interface AcrossDeps {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly releases: Releases;
  readonly background: Background;
  /** Settings of the agent that calls; `false` when coalescing is off for it. */
  readonly settingsOf: (call: ModelCall) => CoalesceSettings | false;
  /** Whether the answer will be stored where other processes can read it. */
  readonly isShared: (call: ModelCall) => boolean;
  /** What has been stored for this call by now. Never rejects. */
  readonly fromStore: (call: ModelCall) => Promise<Reply | undefined>;
  readonly fault: (where: string, error: unknown) => void;
}

/** A leader that dies is noticed after this long. */
const LEASE_MS = 5000;
/** Messages can be lost without a gap being told: who waits looks by itself after this long. */
const LOOK_MS = 1000;
const NAME = 'coalesce.across';

/**
 * Single-flight across processes. One of them leads, by a lease that it renews while its model answers; the others wait for
 * the stored answer. Whatever goes wrong with that, a call asks the model itself: when the store is away, when the wait
 * was too long, when the answer may not be stored, when two leaders have failed.
 */
export function acrossProcesses(deps: AcrossDeps): Middleware {
  const { clock, leases, releases, settingsOf, isShared, fromStore } = deps;

  return {
    name: NAME,
    async run(call, next) {
      const settings = settingsOf(call);
      const wait = settings === false ? false : (settings.wait ?? COALESCE_DEFAULTS.wait);
      if (wait === false || call.facts.storeAway || !isShared(call)) return next();
      const came = clock.monotonic();
      const name = `call:${call.key()}`;
      let failures = 0;

      for (;;) {
        const release = releases.next(call.key()); // before the attempt: what ends in between is not missed
        try {
          // What a leader stored just now, after this call had looked, is found by the look that comes with the attempt.
          const [attempt, reply] = await Promise.all([
            leases.acquire(name, LEASE_MS).catch(() => undefined), // the guard has told why
            fromStore(call),
          ]);
          const lease = attempt?.granted ? attempt.lease : undefined;
          if (isAborted(call.request.abortSignal)) {
            if (lease) void leases.release(lease).catch(() => undefined); // it runs out by itself
            throw call.request.abortSignal?.reason;
          }
          if (reply) {
            if (lease) void leases.release(lease).catch(() => undefined); // it runs out by itself
            return waited(call, reply, clock.monotonic() - came);
          }
          if (lease) return await lead(call, next, lease, deps);
          if (!attempt || attempt.granted) return await next();

          const left = wait - (clock.monotonic() - came);
          if (left <= 0 || failures >= 2) return await next();
          const pause = Math.max(1, Math.min(left, attempt.expiresInMs, LOOK_MS));
          const heard = await firstOf(release.heard, pause, clock, call.request.abortSignal);
          if (heard === 'aborted') throw call.request.abortSignal?.reason;
          if (heard === 'unstored') return await next();
          if (heard === 'failed') failures++;
        } finally {
          release.forget();
        }
      }
    },
  };
}

/** What came from the store after this call had begun to ask was made by somebody else meanwhile. */
function waited(call: ModelCall, reply: Reply, waitedMs: number): Reply {
  const { outcome } = call.facts;
  call.facts.outcome = { name: 'shared', savedMs: Math.max(0, (outcome.savedMs ?? 0) - waitedMs) };
  return reply;
}

async function lead(
  call: ModelCall,
  next: Next,
  lease: Lease,
  { leases, releases, clock, background, fault }: AcrossDeps,
): Promise<Reply> {
  const letGo = holdLease(lease, LEASE_MS, leases, clock);
  let over = false;
  const end = (ending: Ending): void => {
    if (over) return;
    over = true;
    const tell = async (): Promise<void> => {
      await letGo();
      releases.tell(call.key(), ending);
    };
    if (!background.run(tell)) void tell(); // others wait for it, however much there is to do
  };
  try {
    const reply = await next();
    const { shared } = call.facts;
    const parts = observe(
      reply.parts,
      {
        end(status) {
          const missing = status === 'ok' ? 'unstored' : 'failed';
          if (!shared) end(missing);
          else void shared.then((stored) => end(stored ? 'stored' : missing));
        },
      },
      (error) => fault(NAME, error),
    );
    return { ...reply, parts };
  } catch (error) {
    end('failed');
    throw error;
  }
}

async function firstOf(
  heard: Promise<Heard>,
  pauseMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Heard | 'paused' | 'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'paused' | 'aborted'>();
  const stop = clock.after(pauseMs, () => resolve('paused'));
  const abort = (): void => resolve('aborted');
  if (isAborted(signal)) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([heard, promise]);
  } finally {
    stop();
    signal?.removeEventListener('abort', abort);
  }
}
