import { randomUUID } from 'node:crypto';
import { createBackground } from './base/background.ts';
import type { Clock } from './base/clock.ts';
import { CACHE_DEFAULTS } from './cache/options.ts';
import { responseCache } from './cache/response-cache.ts';
import { acrossProcesses } from './coalesce/across.ts';
import { coalesce } from './coalesce/coalesce.ts';
import { createReleases } from './coalesce/releases.ts';
import { storeTeller, type Events } from './events.ts';
import { currentSpan } from './mastra/current-span.ts';
import type { AgentSettings, Settings } from './options.ts';
import { createPerfContext } from './perf-context.ts';
import { createPerfEmbeddings } from './perf-embeddings.ts';
import type { Perf } from './perf-handle.ts';
import { createPerfLimits } from './perf-limits.ts';
import { createPerfMonitor } from './perf-monitor.ts';
import { createPerfSemantic } from './perf-semantic.ts';
import { createPerfStorage } from './perf-storage.ts';
import { createPerfUsage } from './perf-usage.ts';
import type { ModelCall } from './pipeline/call.ts';
import { compose, type Handler } from './pipeline/compose.ts';
import { outcomeMarker } from './pipeline/outcome.ts';
import { guardedStore } from './stores/guarded-store.ts';

export interface PartsDeps {
  readonly settings: Settings;
  readonly agentSettings: (agent: string) => AgentSettings;
  readonly clock: Clock;
  readonly events: Events;
  readonly fault: (where: string, error: unknown) => void;
  /** `perf.embedder`. */
  readonly embedder: () => Perf['embedder'];
}

export type PerfParts = ReturnType<typeof createParts>;

/** Everything that a call may meet, each made of what it needs of the others. */
export function createParts(deps: PartsDeps) {
  const { settings, agentSettings, clock, events, fault } = deps;
  const processId = randomUUID();
  const feature =
    <F extends Exclude<keyof AgentSettings, 'semantic'>>(name: F) =>
    (call: Pick<ModelCall, 'caller' | 'overrides'>): AgentSettings[F] | false =>
      call.overrides[name] === false ? false : agentSettings(call.caller.agent)[name];

  // Scope and reported usage also hold for calls that share an answer while the agent's cache is off.
  const cacheSettings = (agent: string) => ({
    ...CACHE_DEFAULTS,
    ...settings.cache,
    ...agentSettings(agent).cache,
  });

  const store =
    settings.store &&
    guardedStore(settings.store, {
      clock,
      random: Math.random,
      onDone: (operation, ms, isOk) => monitor.took('store', operation, ms, isOk),
      ...(settings.storeTimeout !== undefined && { readTimeoutMs: settings.storeTimeout }),
      ...storeTeller(events, settings.store.name, () => {
        if (!settings.store?.bus) void cache.catchUp(); // a bus tells of it by itself
      }),
    });
  const background = createBackground({
    maxTasks: 1000,
    maxBytes: 16 * 1024 ** 2,
    onError: (error) => fault('background', error),
  });
  const cache = responseCache({
    bounds: settings.bounds,
    store,
    clock,
    random: Math.random,
    events,
    fault,
    background,
    processId,
    settingsOf: feature('cache'),
    onRead: (tier, ms) => monitor.took('cache_read', tier === 'l1' ? 'memory' : 'store', ms),
    follower: { forget: (names) => embeddings.forget(names), catchUp: () => embeddings.catchUp() },
  });
  const spans = currentSpan();
  const monitor = createPerfMonitor({
    settingsOf: feature('latency'),
    clock,
    events,
    processId,
    store,
    encryptionKeys: settings.bounds.encryptionKeys,
    states: () => ({ cache: cache.stats(), store: store && { name: store.name, ...store.state() } }),
    span: spans.read,
    fault,
  });
  const releases = createReleases(store?.bus);
  const across =
    store?.leases &&
    acrossProcesses({
      clock,
      leases: store.leases,
      releases,
      background,
      settingsOf: feature('coalesce'),
      isShared: cache.isShared,
      fromStore: cache.fromStore,
      fault,
    });
  const storage =
    settings.storage &&
    createPerfStorage({
      settings: settings.storage,
      clock,
      random: Math.random,
      bus: store?.bus,
      events,
      took: (operation, ms, isOk) => monitor.took('storage', operation, ms, isOk),
      fault,
    });
  const usage = createPerfUsage({
    settings: settings.usage,
    settingsOf: feature('usage'),
    ledger: store?.ledger,
    isOpening: store?.isOpening,
    clock,
    processId,
    events,
    counted: monitor.counted,
    fromCache: cache.fromStore,
    fault,
  });
  const embeddings = createPerfEmbeddings({
    bounds: settings.embeddingBounds,
    encryptionKeys: settings.bounds.encryptionKeys,
    settingsOf: feature('embeddings'),
    clock,
    store: store?.cache,
    cache,
    meter: { ...usage.meter, embeddings: monitor.embeddings(usage.meter.embeddings) },
    events,
    fault,
  });
  const context = createPerfContext({
    settingsOf: feature('context'),
    async windowOf(provider, modelId) {
      await usage.priceBook.ready();
      return usage.priceBook.windowOf(provider, modelId);
    },
    clock,
    events,
    fault,
  });
  const limits =
    settings.isLimitsUsed &&
    createPerfLimits({
      models: settings.modelLimits,
      settingsOf: feature('limits'),
      clock,
      rates: store?.rates,
      events,
      fault,
    });
  const semantic = createPerfSemantic({
    bounds: settings.semanticBounds,
    encryptionKeys: settings.bounds.encryptionKeys,
    settingsOf: (agent) => agentSettings(agent).semantic,
    clock,
    random: Math.random,
    background,
    store: store?.cache,
    cache,
    embedder: deps.embedder,
    fault,
  });
  const marker = outcomeMarker({
    zeroUsage: (agent) => cacheSettings(agent).usageOnHit === 'zero',
    priceOf: usage.priceBook.usdOf,
    fault,
  });

  const coalescing = coalesce({
    clock,
    settingsOf: feature('coalesce'),
    stamp: cache.stamp,
    isCurrent: cache.isCurrent,
    apartByTags: across !== undefined,
  });
  return {
    processId,
    cacheSettings,
    store,
    background,
    cache,
    spans,
    monitor,
    releases,
    across,
    coalescing,
    storage,
    usage,
    embeddings,
    context,
    limits,
    semantic,
    marker,
  };
}

/** The house in one line: the first sees a call first and its answer last. */
export function createRun(
  parts: PerfParts,
  { isContextUsed, isSemanticUsed }: Settings,
  fault: PartsDeps['fault'],
): Handler {
  const { marker, monitor, usage, context, cache, semantic, coalescing, across, limits } = parts;
  return compose(
    [
      marker,
      monitor.calls,
      usage.meter.outcomes,
      ...(isContextUsed ? [context.window] : []),
      cache.lookup,
      ...(isSemanticUsed ? [semantic.middleware] : []),
      coalescing,
      ...(across ? [across] : []),
      cache.fill,
      ...(usage.budgets ? [usage.budgets.guard] : []),
      usage.meter.spend,
      ...(isContextUsed ? [context.promptCache] : []),
      ...(limits ? [limits.middleware] : []),
      monitor.requests,
    ],
    fault,
  );
}
