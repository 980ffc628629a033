import { randomUUID } from 'node:crypto';
import { createBackground } from './base/background.ts';
import { systemClock } from './base/clock.ts';
import { withDeadline } from './base/deadline.ts';
import { CACHE_DEFAULTS } from './cache/options.ts';
import { responseCache, type CacheStats } from './cache/response-cache.ts';
import { acrossProcesses } from './coalesce/across.ts';
import { coalesce } from './coalesce/coalesce.ts';
import { createReleases } from './coalesce/releases.ts';
import { PerfError } from './errors.ts';
import { createEvents, faultTeller, storeTeller } from './events.ts';
import { traitsOf } from './history/traits-of.ts';
import { flushOnExit } from './lifecycle/exit-flush.ts';
import { namesOf, warnOfUnknownAgents } from './mastra/agent-names.ts';
import { contextWith } from './mastra/call-overrides.ts';
import type { MastraLike } from './mastra/host.ts';
import { installOn } from './mastra/install.ts';
import { createLatency } from './monitor/latency.ts';
import { resolveOptions, type AgentSettings, type PerfOptions } from './options.ts';
import { createPerfContext } from './perf-context.ts';
import { createDoors } from './perf-doors.ts';
import { createPerfEmbeddings, embedderDoors } from './perf-embeddings.ts';
import type { ModelOptions, Perf, PerfCacheStats } from './perf-handle.ts';
import { createPerfStorage } from './perf-storage.ts';
import { createPerfUsage } from './perf-usage.ts';
import type { ModelCall } from './pipeline/call.ts';
import { compose } from './pipeline/compose.ts';
import { proxyModel } from './pipeline/model-proxy.ts';
import { outcomeMarker } from './pipeline/outcome.ts';
import { outcomeOf } from './pipeline/outcome-of.ts';
import { sdkMiddleware } from './pipeline/sdk-middleware.ts';
import { guardedStore, type GuardedStore } from './stores/guarded-store.ts';

/** Work beside the calls that is not done by then is given up when the plugin is closed. */
const CLOSE_MS = 3000;

/**
 * The performance layer of one Mastra. Without options: exact response cache in memory, one model call for equal calls
 * under way, usage with prices, latency percentiles.
 *
 * @throws PerfConfigError that names the wrong option, what was given and what is accepted.
 * @example
 * export const perf = createPerf({ cache: { ttl: '1h' }, agents: { legal: { cache: false } } });
 * export const mastra = new Mastra({ agents, storage, processors: { perf } });
 */
export function createPerf(options: PerfOptions = {}): Perf {
  const settings = resolveOptions(options);
  const clock = systemClock;
  const events = createEvents();
  const fault = faultTeller(events);
  const processId = randomUUID();
  let mastra: MastraLike | undefined;
  let uninstall: (() => void) | undefined;
  let closed = false;
  let started = false;
  let undoExit: (() => void) | undefined;

  const agentSettings = (agent: string): AgentSettings =>
    settings.forAgent(mastra && settings.agents.length > 0 ? namesOf(mastra, agent) : [agent]);
  const feature =
    <F extends keyof AgentSettings>(name: F) =>
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
    follower: { forget: (names) => embeddings.forget(names), catchUp: () => embeddings.catchUp() },
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
  /** Not before it is needed: a config is also read by those who only build an app. */
  const start = (): void => {
    if (started || !store) return;
    started = true;
    void store.connect();
    if (store.ledger) undoExit = flushOnExit(usage);
    Promise.all([cache.listen(), releases.listen()]).catch(
      (error: unknown) => closed || fault('listen', error),
    );
  };
  const storage =
    settings.storage &&
    createPerfStorage({
      settings: settings.storage,
      clock,
      random: Math.random,
      bus: store?.bus,
      events,
      fault,
    });
  const usage = createPerfUsage({
    settings: settings.usage,
    settingsOf: feature('usage'),
    ledger: store?.ledger,
    clock,
    processId,
    events,
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
    meter: usage.meter,
    events,
    fault,
  });
  const latency = createLatency({ clock, events, fault, settingsOf: feature('latency') });
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
  const marker = outcomeMarker({
    zeroUsage: (agent) => cacheSettings(agent).usageOnHit === 'zero',
    priceOf: usage.priceBook.usdOf,
    fault,
  });

  // The house in one line: the first sees a call first and its answer last.
  const run = compose(
    [
      marker,
      latency.measure,
      usage.meter.outcomes,
      ...(settings.isContextUsed ? [context.window] : []),
      cache.lookup,
      coalesce({
        clock,
        settingsOf: feature('coalesce'),
        stamp: cache.stamp,
        isCurrent: cache.isCurrent,
        apartByTags: across !== undefined,
      }),
      ...(across ? [across] : []),
      cache.fill,
      ...(usage.budgets ? [usage.budgets.guard] : []),
      usage.meter.spend,
      ...(settings.isContextUsed ? [context.promptCache] : []),
    ],
    fault,
  );

  const doors = createDoors({
    run,
    embed: embeddings.embed,
    isClosed: () => closed,
    start,
    settingsOf: cacheSettings,
    legacy: latency.countLegacy,
    fault,
  });

  const install = (target: MastraLike): void => {
    if (closed) throw closedError();
    if (mastra === target) return;
    if (mastra) {
      throw new PerfError(
        'MASTRA_PERF_ALREADY_INSTALLED',
        'this plugin serves another Mastra already: make one createPerf() for each Mastra',
      );
    }
    uninstall = installOn(target, {
      wrap: (model, origin) => proxyModel(model, doors.forAgent(origin)),
      embed: doors.embed,
      ...(storage && { storage: storage.hostFor(target) }),
    });
    mastra = target;
    start();
    if (settings.agents.length > 0)
      void clock.settled().then(() => closed || warnOfUnknownAgents(target, settings.agents));
  };

  const flush = async (): Promise<void> => {
    const work = [
      usage.flush(),
      background.idle(),
      embeddings.idle(),
      context.idle(),
      storage && storage.flush(),
    ];
    await Promise.allSettled(work);
    await Promise.all(work);
  };

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    uninstall?.();
    if (storage) await storage.close(CLOSE_MS);
    await withDeadline(clock, CLOSE_MS, flush).catch(() => undefined); // the store tells why
    if (usage.isPending())
      fault('usage', new PerfError('MASTRA_PERF_STORE', 'what was not in the ledger at the end is lost'));
    undoExit?.();
    usage.stop();
    await store?.close();
    cache.drop();
    embeddings.forget('all');
    events.clear();
  };

  return {
    id: 'mastra-perf',
    name: 'mastra-perf',
    __registerMastra: install,
    install,
    context: contextWith,
    outcome: outcomeOf,
    model: (model, modelOptions) => proxyModel(model, doors.alone(modelOptions)),
    middleware: ({
      specificationVersion = 'v4',
      ...modelOptions
    }: ModelOptions & { readonly specificationVersion?: string } = {}) =>
      sdkMiddleware(specificationVersion as never, doors.alone(modelOptions)),
    ...embedderDoors(doors, clock),
    cache: {
      invalidate: cache.invalidate,
      clear: cache.clear,
      stats: () => ({ ...withState(cache.stats(), store), embeddings: embeddings.stats() }),
    },
    usage: {
      report: usage.meter.report,
      track(call) {
        if (closed) throw closedError();
        start();
        usage.meter.track(call);
      },
    },
    metrics: { snapshot: latency.snapshot },
    report: usage.meter.totals,
    async doctor() {
      const { createDoctor } = await import('./mastra/doctor/create-doctor.ts');
      const isFastMemory = (domain: object): boolean => traitsOf(domain) !== undefined;
      const { store: given, storeTimeout } = settings;
      return createDoctor({ mastra, store: given, storeTimeoutMs: storeTimeout, isFastMemory })();
    },
    on: events.on,
    flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const closedError = (): PerfError =>
  new PerfError('MASTRA_PERF_CLOSED', 'this plugin is closed: make a new one with createPerf()');

function withState(stats: CacheStats, store: GuardedStore | undefined): Omit<PerfCacheStats, 'embeddings'> {
  const { store: counts, ...memory } = stats;
  return store && counts ? { ...memory, store: { name: store.name, ...store.state(), ...counts } } : memory;
}
