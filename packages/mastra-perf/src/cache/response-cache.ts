import type { Clock } from '../base/clock.ts';
import { PerfError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { freshIdentity } from '../pipeline/fresh-identity.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isFinish, type StreamPart } from '../pipeline/parts.ts';
import { readerOfParts } from '../pipeline/reader.ts';
import { answerRecorder, splitDeltas } from '../pipeline/stored-answer.ts';
import { bytesOf, type Entry } from './entry.ts';
import type { MemoryTier } from './memory-tier.ts';
import { CACHE_DEFAULTS, type CacheSettings } from './options.ts';
import { refusalToStore } from './storable.ts';

export interface ResponseCacheDeps {
  readonly tier: MemoryTier;
  readonly clock: Clock;
  readonly events: Events;
  /** Settings of the agent that calls; `false` when its cache is off. */
  readonly settingsOf: (call: ModelCall) => CacheSettings | false;
  readonly fault: (where: string, error: unknown) => void;
}

/**
 * The exact response cache, in two middlewares: `lookup` answers from the store, `fill` sits behind coalescing, next to
 * the model, so that an answer is stored once however many callers share it, and also when the first of them has left.
 */
export function responseCache(deps: ResponseCacheDeps): {
  readonly lookup: Middleware;
  readonly fill: Middleware;
} {
  return { lookup: lookup(deps), fill: fill(deps) };
}

function lookup({ tier, clock, settingsOf }: ResponseCacheDeps): Middleware {
  return {
    name: 'cache.lookup',
    async run(call, next) {
      const mode = modeOf(call, settingsOf(call));
      if (mode === 'bypass' || mode === 'off') {
        call.facts.outcome = { name: 'bypass' };
        return next();
      }
      if (mode === 'only-if-cached') return replayOrNothing(tier, call, clock);
      const entry = mode === 'refresh' ? undefined : tier.get(call.key());
      if (entry) return replay(call, entry, clock);
      const { tags } = call.overrides;
      if (tags && tags.length > 0) tier.announce(call.key(), tags);
      return next();
    },
  };
}

/** Whatever goes wrong here, the model must not be asked: that is what the caller wants to rule out. */
function replayOrNothing(tier: MemoryTier, call: ModelCall, clock: Clock): Reply {
  let cause: unknown;
  try {
    const entry = tier.get(call.key());
    if (entry) return replay(call, entry, clock);
  } catch (error) {
    cause = error;
  }
  throw new PerfError(
    'MASTRA_PERF_NOT_CACHED',
    `no stored answer for this call of agent "${call.caller.agent}", and it was asked for with cache: 'only-if-cached'`,
    { cause },
  );
}

function replay(call: ModelCall, entry: Entry, clock: Clock): Reply {
  for (const tag of call.overrides.tags ?? []) entry.tags.add(tag);
  const now = clock.now();
  call.facts.outcome = { name: 'hit', ageMs: Math.max(0, now - entry.storedAt), savedMs: entry.tookMs };
  const fresh = freshIdentity(now);
  return { head: {}, parts: readerOfParts(map(splitDeltas(entry.parts), fresh)) };
}

function* map(parts: Iterable<StreamPart>, change: (part: StreamPart) => StreamPart): Generator<StreamPart> {
  for (const part of parts) yield change(part);
}

function fill({ tier, clock, events, settingsOf, fault }: ResponseCacheDeps): Middleware {
  let asked = 0;
  return {
    name: 'cache.fill',
    async run(call, next) {
      const settings = settingsOf(call);
      const mode = modeOf(call, settings);
      if (settings === false || mode === 'off' || mode === 'bypass') return next();
      const begun = clock.monotonic();
      const order = ++asked;
      const epoch = tier.epoch();
      const reply = await next();
      const answer = answerRecorder();
      let kept = true;
      let finished = false;

      const storeTruncated = settings.storeTruncated ?? CACHE_DEFAULTS.storeTruncated;
      const outdated = (key: string): string | undefined => {
        if (tier.epoch() !== epoch) return 'invalidated';
        return (tier.peek(key)?.order ?? 0) > order ? 'superseded' : undefined;
      };
      const store = (): void => {
        const key = call.key();
        const stored = answer.parts();
        const reason = outdated(key) ?? refusalToStore(stored, call.request, storeTruncated);
        const leave = (why: string): void =>
          events.emit('notStored', { agent: call.caller.agent, key, reason: why });
        if (reason !== undefined) return leave(reason);
        const entry: Entry = {
          parts: stored,
          agent: call.caller.agent,
          tags: new Set(),
          order,
          storedAt: clock.now(),
          tookMs: clock.monotonic() - begun,
          bytes: bytesOf(stored),
        };
        const ttlMs = call.overrides.ttlMs ?? settings.ttl ?? CACHE_DEFAULTS.ttl;
        if (!tier.set(key, entry, ttlMs)) return leave('too-large');
        events.emit('stored', { agent: call.caller.agent, key, bytes: entry.bytes, ttlMs });
      };
      const observer = {
        part: (part: StreamPart) => {
          if (!kept) return;
          kept = false; // stays so if the part cannot be kept
          answer.add(part);
          kept = true;
          finished ||= isFinish(part);
        },
        // Whoever stops reading after the last part has got all of the answer.
        end: (status: EndStatus) =>
          kept && (status === 'ok' || (status === 'aborted' && finished)) ? store() : undefined,
      };
      return { ...reply, parts: observe(reply.parts, observer, (error) => fault('cache.fill', error)) };
    },
  };
}

type Mode = 'off' | 'default' | 'bypass' | 'refresh' | 'only-if-cached';

function modeOf(call: ModelCall, settings: CacheSettings | false): Mode {
  const asked = call.overrides.cache ?? 'default';
  if (asked === 'bypass') return 'bypass';
  // Asked to answer only from a cache that is off, the call must still not reach the model.
  if (settings === false && asked === 'only-if-cached') return 'only-if-cached';
  return settings === false || asked === false ? 'off' : asked;
}
