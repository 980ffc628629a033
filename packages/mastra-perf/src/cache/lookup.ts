import type { Clock } from '../base/clock.ts';
import { PerfError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { Middleware, ModelCall, Next, Reply } from '../pipeline/call.ts';
import { ageOf, type Age } from './answer.ts';
import { dueEarly } from './early-refresh.ts';
import { freshnessOf } from './freshness.ts';
import { modeOf } from './mode.ts';
import { namesOf } from './names.ts';
import type { CacheSettings } from './options.ts';
import { replay } from './replay.ts';
import type { Revalidation } from './revalidation.ts';
import { orStale, statusOf } from './stale-if-error.ts';
import type { Found, Tier, Tiers } from './tiers.ts';

export interface LookupDeps {
  readonly tiers: Tiers;
  readonly revalidation: Revalidation;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  /** Settings of the agent that calls; `false` when its cache is off. */
  readonly settingsOf: (call: ModelCall) => CacheSettings | false;
  /** Told how long a look-up took, in ms. */
  readonly onRead?: ((tier: Tier, ms: number) => void) | undefined;
  /** An answer is given. */
  readonly hit: (key: string) => void;
  /** Notes, before the model is asked, when the call came. */
  readonly begin: (call: ModelCall, came: number) => void;
}

/** An answer and how old it is for the call that found it. */
interface Aged {
  readonly found: Found;
  readonly age: Age;
}

interface Looked {
  readonly newest: Aged | undefined;
  readonly reply: Reply | undefined;
}

/** Answers from memory at once, from the store if that is quick, and else lets the call go on to the model. */
export function lookup(deps: LookupDeps): Middleware {
  const { tiers, revalidation, clock, events, settingsOf, onRead, begin } = deps;

  const aged = (found: Found | undefined, call: ModelCall, settings: CacheSettings): Aged | undefined =>
    found && { found, age: ageOf(found.answer, clock.now(), freshnessOf(call, settings)) };

  /** The freshest there is. The store is asked only when memory has nothing fresh. */
  const find = async (
    call: ModelCall,
    settings: CacheSettings,
    local: Aged | undefined,
  ): Promise<Aged | undefined> => {
    const begun = clock.monotonic();
    const read = await tiers.remote(call.key(), namesOfCall(call));
    onRead?.('l2', clock.monotonic() - begun);
    if (read === 'away') {
      call.facts.storeAway = true;
      return local;
    }
    const remote = aged(read, call, settings);
    return remote && local && local.age.leftMs > remote.age.leftMs ? local : (remote ?? local);
  };
  const findLocal = (call: ModelCall, settings: CacheSettings): Aged | undefined =>
    aged(tiers.local(call.key(), namesOfCall(call)), call, settings);

  const revalidate = (call: ModelCall, next: Next, { answer: seen }: Found): void => {
    const isNewer = (found: Found | 'away' | undefined): boolean =>
      typeof found === 'object' && found.answer.storedAt > seen.storedAt;
    revalidation.start(call, next, async () => {
      const [key, names] = [call.key(), namesOfCall(call)];
      return !isNewer(tiers.local(key, names)) && !isNewer(await tiers.remoteNow(key, names));
    });
  };

  /** Without a `next` there is no model to be asked, and nothing is revalidated. */
  const answer = (
    call: ModelCall,
    settings: CacheSettings,
    { found, age }: Aged,
    next?: Next,
  ): Reply | undefined => {
    if (age.fresh) {
      if (next && dueEarly(found.answer, age, settings, deps.random)) revalidate(call, next, found);
      return replay(call, found, 'hit', clock);
    }
    if (!age.whileRevalidating) return undefined;
    if (next) revalidate(call, next, found);
    return replay(call, found, 'stale', clock);
  };

  /** The newest answer there is, and what is given of it without waiting for the model. */
  const look = async (call: ModelCall, settings: CacheSettings, next?: Next): Promise<Looked> => {
    const begun = clock.monotonic();
    const local = findLocal(call, settings);
    onRead?.('l1', clock.monotonic() - begun);
    const newest = local?.age.fresh ? local : await find(call, settings, local);
    const reply = newest && answer(call, settings, newest, next);
    tiers.count(reply !== undefined && newest?.found.tier === 'l1');
    if (reply) deps.hit(call.key());
    return { newest, reply };
  };

  /** Whatever goes wrong here, the model must not be asked: that is what the caller wants to rule out. */
  const answerOrNothing = async (call: ModelCall, settings: CacheSettings): Promise<Reply> => {
    let cause: unknown;
    try {
      const { reply } = await look(call, settings);
      if (reply) return reply;
    } catch (error) {
      cause = error;
    }
    throw new PerfError(
      'MASTRA_PERF_NOT_CACHED',
      `no stored answer for this call of agent "${call.caller.agent}", and it was asked for with cache: 'only-if-cached'`,
      { cause },
    );
  };

  const replaceError = (call: ModelCall, { found, age }: Aged, error: unknown): Reply => {
    const status = statusOf(error);
    events.emit('staleIfError', {
      agent: call.caller.agent,
      key: call.key(),
      ageMs: age.ageMs,
      error: error instanceof Error ? error.name : typeof error,
      ...(status !== undefined && { status }),
    });
    return replay(call, found, 'stale', clock);
  };

  return {
    name: 'cache.lookup',
    async run(call, next) {
      const settings = settingsOf(call);
      const mode = modeOf(call, settings);
      if (mode === 'only-if-cached') return answerOrNothing(call, settings || {});
      if (settings === false || mode === 'bypass' || mode === 'off') {
        call.facts.outcome = { name: 'bypass' };
        return next();
      }
      const came = tiers.stamp();
      if (mode === 'refresh') {
        begin(call, came);
        return next();
      }
      const { newest, reply } = await look(call, settings, next);
      if (reply) return reply;
      begin(call, came);
      return newest?.age.onError ? orStale(call, next, (error) => replaceError(call, newest, error)) : next();
    },
  };
}

const namesOfCall = (call: ModelCall): string[] =>
  namesOf(call.key(), call.caller.agent, call.overrides.tags);
