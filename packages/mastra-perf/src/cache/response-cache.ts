import type { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import type { Events } from '../events.ts';
import type { CallFacts, Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import type { Bus } from '../stores/bus.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import type { Leases } from '../stores/leases.ts';
import { ageOf } from './answer.ts';
import { createCodec } from './codec.ts';
import { fill } from './fill.ts';
import { freshnessOf } from './freshness.ts';
import { createHotList, type HotList } from './hot-list.ts';
import { createInvalidation, type Follower, type Invalidation } from './invalidation.ts';
import { localTier, type LocalTier } from './local-tier.ts';
import { lookup } from './lookup.ts';
import { modeOf } from './mode.ts';
import { namesOf, namesSelected, type InvalidateSelector } from './names.ts';
import { CACHE_BOUNDS, type BoundSettings, type CacheSettings } from './options.ts';
import { replay } from './replay.ts';
import { createRevalidation } from './revalidation.ts';
import { storedUnder, type StoredUnder } from './stored-under.ts';
import { storeTier, type StoreCounts } from './store-tier.ts';
import { createTiers, type Begun, type Tier } from './tiers.ts';

export interface CacheStats {
  /** Answers in the memory of this process. */
  readonly entries: number;
  readonly bytes: number;
  /** Look-ups that memory answered, and those that it did not. */
  readonly hits: number;
  readonly misses: number;
  /** Look-ups and writes of the store; absent without one. */
  readonly store?: StoreCounts;
}

export interface ResponseCacheDeps {
  readonly bounds: BoundSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  readonly background: Background;
  /** What processes share, with time limits of its own; absent when this process is alone. */
  readonly store:
    | { readonly cache: CacheStore; readonly leases?: Leases | undefined; readonly bus?: Bus | undefined }
    | undefined;
  /** Is told of all that is taken away, here and in other processes. */
  readonly follower?: Follower;
  /** Names this process among those that share the store. */
  readonly processId: string;
  /** Settings of the agent that calls; `false` when its cache is off. */
  readonly settingsOf: (call: ModelCall) => CacheSettings | false;
  /** Told how long a look-up took, in ms. */
  readonly onRead?: (tier: Tier, ms: number) => void;
  readonly fault: (where: string, error: unknown) => void;
}

/** The exact response cache: `lookup` answers from the tiers, `fill` stores what the model says. */
export interface ResponseCache {
  readonly lookup: Middleware;
  readonly fill: Middleware;
  /** Whether the answer to this call will be stored where other processes can read it. */
  isShared(call: ModelCall): boolean;
  /** What another process has stored for this call by now. Never rejects. */
  fromStore(call: ModelCall): Promise<Reply | undefined>;
  /** The answer to another question, as far as this call may have it. Counts as no look-up. */
  readonly storedUnder: StoredUnder;
  /** This moment, among the invalidations that this process knows of. */
  stamp(): number;
  /** Whether nothing of this call was invalidated since that moment. */
  isCurrent(call: ModelCall, stamp: number): boolean;
  invalidate(selector: InvalidateSelector): Promise<void>;
  /** The same for entries of the {@link Follower}, by names of its own. */
  invalidateNames(names: readonly string[]): Promise<void>;
  /** Whether the store has yet to be told that something of these names is gone. */
  owes(names: readonly string[]): boolean;
  clear(): Promise<void>;
  /** Hears from now on what other processes invalidate. Called once. */
  listen(): Promise<void>;
  /** The store is there again. */
  catchUp(): Promise<void>;
  stats(): CacheStats;
  /** The answers in memory that were used last. */
  list: LocalTier['list'];
  /**
   * Takes up to `count` of the answers that are given most often from the store into memory. Tells how many; `'away'` when the store is.
   * Never rejects.
   */
  preload(count: number): Promise<number | 'away'>;
  /** Tells the store which answers are given most often, if it is time to. Never rejects. */
  saveHot(isEnd?: boolean): Promise<void>;
  /** Forgets what is in memory, at the end. */
  drop(): void;
}

export function responseCache(deps: ResponseCacheDeps): ResponseCache {
  const { clock, random, events, background, settingsOf, fault } = deps;
  const bounds = { ...CACHE_BOUNDS, ...deps.bounds };
  const local = localTier(bounds, clock);
  const remote = deps.store && behind(deps.store, local, bounds, deps);
  const tiers = createTiers({
    local,
    shared: remote,
    memoryTtlMs: bounds.memoryTtl,
    preloadBytes: bounds.maxBytes / 2,
    random,
  });

  const beginnings = new WeakMap<CallFacts, Begun | Promise<Begun>>();
  const begun = (facts: CallFacts, came = tiers.stamp()): Begun | Promise<Begun> => {
    const begin = beginnings.get(facts) ?? (facts.storeAway ? { stamp: came } : tiers.begin(came));
    beginnings.set(facts, begin);
    return begin;
  };

  const invalidateNames = async (names: readonly string[]): Promise<void> => {
    if (remote) return remote.invalidation.invalidate(names);
    local.mark(names);
    deps.follower?.forget(names);
  };

  return {
    lookup: lookup({
      tiers,
      revalidation: createRevalidation({ clock, leases: deps.store?.leases, background }),
      clock,
      random,
      events,
      settingsOf,
      onRead: (tier, ms) => {
        if (tier === 'l1' || remote) deps.onRead?.(tier, ms);
      },
      begin: ({ facts }, came) => void begun(facts, came),
      hit: (key) => remote?.hot.hit(key),
    }),
    fill: fill({
      tiers,
      clock,
      random,
      events,
      settingsOf,
      fault,
      begun,
      maxEntryBytes: bounds.maxEntryBytes,
    }),
    isShared: (call) => remote !== undefined && modeOf(call, settingsOf(call)) === 'default',
    async fromStore(call) {
      const settings = settingsOf(call);
      if (settings === false) return undefined;
      const key = call.key();
      const found = await tiers.remoteNow(key, namesOf(key, call.caller.agent, call.overrides.tags));
      const fresh =
        typeof found === 'object' && ageOf(found.answer, clock.now(), freshnessOf(call, settings)).fresh;
      return fresh ? replay(call, found, 'hit', clock) : undefined;
    },
    storedUnder: storedUnder({ tiers, clock, settingsOf }),
    stamp: local.stamp,
    isCurrent: (call, stamp) =>
      local.isCurrent(stamp, namesOf(call.key(), call.caller.agent, call.overrides.tags)),
    invalidate: async (selector) => invalidateNames(namesSelected(selector)),
    invalidateNames,
    owes: (names) => remote?.invalidation.owes(names) ?? false,
    async clear() {
      if (remote) return remote.invalidation.clear();
      local.clear();
      deps.follower?.forget('all');
    },
    listen: async () => remote?.invalidation.listen(),
    catchUp: async () => remote?.invalidation.catchUp(),
    stats: () => ({ ...local.size(), ...tiers.counts(), ...(remote && { store: remote.store.counts() }) }),
    list: local.list,
    async preload(count) {
      if (!remote) return 0;
      const keys = await remote.hot.read(count).catch(() => 'away' as const); // the guard has told why
      return keys === 'away' ? keys : tiers.preload(keys);
    },
    saveHot: async (isEnd) => remote?.hot.save(isEnd),
    drop() {
      local.clear();
      remote?.invalidation.end();
    },
  };
}

function behind(
  { cache, bus }: NonNullable<ResponseCacheDeps['store']>,
  local: ReturnType<typeof localTier>,
  bounds: BoundSettings & typeof CACHE_BOUNDS,
  { clock, events, background, processId, follower, fault }: ResponseCacheDeps,
): {
  readonly store: ReturnType<typeof storeTier>;
  readonly invalidation: Invalidation;
  readonly hot: HotList;
} {
  const codec = createCodec({
    maxBytes: 2 * bounds.maxEntryBytes, // what memory holds in two bytes takes up to three in UTF-8
    ...(bounds.encryptionKeys && { encryptionKeys: bounds.encryptionKeys }),
  });
  return {
    store: storeTier({
      store: cache,
      codec,
      background,
      onUnreadable: (key, reason) => events.emit('unreadable', { key, reason }),
      onUnwritable: (error) => fault('cache.store', error),
    }),
    invalidation: createInvalidation({ local, follower, clock, store: cache, bus, processId }),
    hot: createHotList({ store: cache, codec, clock, beside: background.run }),
  };
}
