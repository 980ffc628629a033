import { systemClock } from './base/clock.ts';
import { withDeadline } from './base/deadline.ts';
import type { CacheStats } from './cache/response-cache.ts';
import { PerfError } from './errors.ts';
import { createEvents, faultTeller } from './events.ts';
import { traitsOf } from './history/traits-of.ts';
import { flushOnExit } from './lifecycle/exit-flush.ts';
import { namesOf, warnOfUnknownAgents } from './mastra/agent-names.ts';
import { contextWith } from './mastra/call-overrides.ts';
import type { MastraLike } from './mastra/host.ts';
import { installOn } from './mastra/install.ts';
import { resolveOptions, type AgentSettings, type PerfOptions } from './options.ts';
import { createDoors } from './perf-doors.ts';
import { createPerfDashboard } from './perf-dashboard.ts';
import { embedderDoors } from './perf-embeddings.ts';
import type { ModelOptions, Perf, PerfCacheStats } from './perf-handle.ts';
import { createParts, createRun } from './perf-parts.ts';
import { createPerfWarmUp } from './perf-warmup.ts';
import { proxyModel } from './pipeline/model-proxy.ts';
import { outcomeOf } from './pipeline/outcome-of.ts';
import { sdkMiddleware } from './pipeline/sdk-middleware.ts';
import type { GuardedStore } from './stores/guarded-store.ts';

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
  let mastra: MastraLike | undefined;
  let uninstall: (() => void) | undefined;
  let closed = false;
  let started = false;
  let listening: Promise<unknown> | undefined;
  let undoExit: (() => void) | undefined;

  const agentSettings = (agent: string): AgentSettings =>
    settings.forAgent(mastra && settings.agents.length > 0 ? namesOf(mastra, agent) : [agent]);
  const parts = createParts({
    settings,
    agentSettings,
    clock,
    events,
    fault,
    embedder: () => embedderDoors(doors, clock).embedder,
  });
  const { store, background, cache, spans, monitor, releases, storage, usage } = parts;
  const { embeddings, context, limits, semantic, processId, cacheSettings } = parts;
  /** Not before it is needed: a config is also read by those who only build an app. */
  const start = (): void => {
    if (started || !store) return;
    started = true;
    void store.connect();
    if (store.ledger) undoExit = flushOnExit(usage);
    listening = Promise.all([cache.listen(), releases.listen(), monitor.listen()]);
    listening.catch((error: unknown) => closed || fault('listen', error));
  };
  const doors = createDoors({
    run: createRun(parts, settings, fault),
    embed: embeddings.embed,
    isClosed: () => closed,
    start,
    settingsOf: cacheSettings,
    legacy: monitor.countLegacy,
    fault,
  });

  const dashboard =
    settings.dashboard &&
    createPerfDashboard({
      settings: settings.dashboard,
      clock,
      processId,
      events,
      usage,
      isShared: store?.ledger !== undefined,
      cache,
      semantic,
      store: () => store && { name: store.name, ...store.state() },
      mastra: () => mastra,
      metrics: monitor.metrics,
      fault,
    });

  const warmUp = createPerfWarmUp({
    clock,
    store,
    listening: async () => listening,
    cache,
    prices: usage.priceBook.ready,
    context: settings.isContextUsed ? context : undefined,
    understudy: () => createPerf(),
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
      ...(dashboard && { routes: dashboard.routes }),
    });
    mastra = target;
    spans.load();
    start();
    if (settings.agents.length > 0)
      void clock.settled().then(() => closed || warnOfUnknownAgents(target, settings.agents));
  };

  const flush = async (): Promise<void> => {
    const work = [
      usage.flush(),
      cache.saveHot(closed),
      background.idle().then(semantic.flush),
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
    if (limits) limits.close();
    uninstall?.();
    if (dashboard) dashboard.close();
    if (storage) await storage.close(CLOSE_MS);
    await withDeadline(clock, CLOSE_MS, flush).catch(() => undefined); // the store tells why
    if (usage.isPending())
      fault('usage', new PerfError('MASTRA_PERF_STORE', 'what was not in the ledger at the end is lost'));
    undoExit?.();
    usage.stop();
    semantic.close();
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
      feedback: semantic.feedback,
      stats: () => ({
        ...withState(cache.stats(), store),
        embeddings: embeddings.stats(),
        ...(settings.isSemanticUsed && { semantic: semantic.stats() }),
      }),
    },
    usage: {
      report: usage.meter.report,
      track(call) {
        if (closed) throw closedError();
        start();
        usage.meter.track(call);
      },
    },
    metrics: monitor.metrics,
    report: usage.meter.totals,
    async doctor() {
      const { createDoctor } = await import('./mastra/doctor/create-doctor.ts');
      const isFastMemory = (domain: object): boolean => traitsOf(domain) !== undefined;
      const { store: given, storeTimeout } = settings;
      return createDoctor({ mastra, store: given, storeTimeoutMs: storeTimeout, isFastMemory })();
    },
    async warmup(warmUpOptions) {
      if (closed) throw closedError();
      start();
      return warmUp(mastra, warmUpOptions);
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
