import type { RequestContext } from '@mastra/core/request-context';
import { systemClock } from './base/clock.ts';
import { memoryTier, type CacheStats, type InvalidateSelector } from './cache/memory-tier.ts';
import { CACHE_BOUNDS, CACHE_DEFAULTS } from './cache/options.ts';
import { responseCache } from './cache/response-cache.ts';
import { coalesce } from './coalesce/coalesce.ts';
import { PerfError } from './errors.ts';
import { createEvents, faultTeller, type PerfEvents } from './events.ts';
import { namesOf, warnOfUnknownAgents } from './mastra/agent-names.ts';
import { contextWith, overridesIn, type ContextLike, type ContextOptions } from './mastra/call-overrides.ts';
import { callerOf } from './mastra/caller.ts';
import type { MastraLike, Origin } from './mastra/host.ts';
import { installOn } from './mastra/install.ts';
import { createLatency, type LatencySnapshot } from './monitor/latency.ts';
import { resolveOptions, type AgentSettings, type PerfOptions } from './options.ts';
import { beginCall } from './pipeline/begin-call.ts';
import type { ModelCall } from './pipeline/call.ts';
import { compose } from './pipeline/compose.ts';
import { proxyModel, type Door, type ModelLike } from './pipeline/model-proxy.ts';
import { outcomeMarker } from './pipeline/outcome.ts';
import { outcomeOf, type OutcomeOf } from './pipeline/outcome-of.ts';
import { sdkMiddleware, type SdkMiddleware } from './pipeline/sdk-middleware.ts';
import { createPriceBook } from './usage/prices.ts';
import type { UsageDimension, UsageRow, UsageTotals } from './usage/usage-figures.ts';
import { createUsageLedger } from './usage/usage-ledger.ts';
import { createUsage } from './usage/usage-meter.ts';

/** Names a model that is used without an agent. */
export interface ModelOptions {
  /**
   * Takes the place of the agent: options under `agents`, usage and stored answers go by it.
   * @default 'model'
   */
  readonly agent?: string;
}

/** The handle of one plugin: register it as `processors: { perf }`, or use its parts alone. */
export interface Perf extends AsyncDisposable {
  readonly id: 'mastra-perf';
  readonly name: 'mastra-perf';
  /** Called by Mastra, inside its constructor, for every entry of `processors`. */
  __registerMastra(mastra: MastraLike): void;
  /**
   * Does by hand what registration does. A second time for the same Mastra it does nothing.
   *
   * @throws PerfError `MASTRA_PERF_ALREADY_INSTALLED` when this plugin serves another Mastra, or this Mastra has another
   * plugin; `MASTRA_PERF_CLOSED` after `close()`.
   */
  install(mastra: MastraLike): void;
  /**
   * A request context that changes what the plugin does for one run: `agent.generate(q, { requestContext: perf.context({ cache: 'refresh' }) })`.
   * With `existing`, the options are added to it.
   *
   * @throws PerfConfigError
   */
  context<C extends ContextLike = RequestContext>(options: ContextOptions, existing?: C): C;
  /** How the last model call of a result was answered; a promise for the result of a stream. */
  outcome: OutcomeOf;
  /** A language model (AI SDK specification v2, v3 or v4) with the plugin in front of it, for use without Mastra. */
  model<M extends ModelLike>(model: M, options?: ModelOptions): M;
  /** The same as a middleware for `wrapLanguageModel()` of AI SDK 7; for AI SDK 6 say `specificationVersion: 'v3'`. */
  middleware(options?: ModelOptions): SdkMiddleware<'v4'>;
  middleware<V extends string>(
    options: ModelOptions & { readonly specificationVersion: V },
  ): SdkMiddleware<V>;
  readonly cache: {
    /** Takes stored answers away that match all criteria, and returns how many. Answers under way are not stored either. */
    invalidate(selector: InvalidateSelector): number;
    clear(): void;
    stats(): CacheStats;
  };
  readonly usage: {
    /** Calls, tokens and dollars, spent and saved, in groups; the dearest first. */
    report(options?: { readonly by?: readonly UsageDimension[] }): Promise<UsageRow[]>;
  };
  readonly metrics: {
    /** Latency percentiles in milliseconds. */
    snapshot(): LatencySnapshot;
  };
  /** What was spent and what was saved, over all agents. */
  report(): Promise<UsageTotals>;
  /** Listens to what happens; returns the removal of the listener. */
  on<K extends keyof PerfEvents>(name: K, listener: (event: PerfEvents[K]) => void): () => void;
  /** Resolves when everything that was measured is accounted for. */
  flush(): Promise<void>;
  /** Takes every hook out of Mastra and drops what is stored. Calls under way end as they would have. */
  close(): Promise<void>;
}

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

  const agentSettings = (agent: string): AgentSettings =>
    settings.forAgent(mastra && settings.agents.length > 0 ? namesOf(mastra, agent) : [agent]);
  const feature =
    <F extends keyof AgentSettings>(name: F) =>
    (call: ModelCall): AgentSettings[F] | false =>
      call.overrides[name] === false ? false : agentSettings(call.caller.agent)[name];

  // Scope and reported usage also hold for calls that share an answer while the agent's cache is off.
  const cacheSettings = (agent: string) => ({
    ...CACHE_DEFAULTS,
    ...settings.cache,
    ...agentSettings(agent).cache,
  });

  const tier = memoryTier({ ...CACHE_BOUNDS, ...settings.bounds }, clock);
  const cache = responseCache({ tier, clock, events, fault, settingsOf: feature('cache') });
  const priceBook = createPriceBook({
    clock,
    overrides: settings.usage.prices ?? {},
    onUnpriced: (provider, model) => events.emit('unpriced', { provider, model }),
    fault,
  });
  const ledger = createUsageLedger();
  const usage = createUsage({ ledger, priceBook, fault, settingsOf: feature('usage') });
  const latency = createLatency({ clock, events, fault, settingsOf: feature('latency') });
  const marker = outcomeMarker({
    zeroUsage: (agent) => cacheSettings(agent).usageOnHit === 'zero',
    priceOf: priceBook.usdOf,
    fault,
  });

  // The house in one line: the first sees a call first and its answer last.
  const run = compose(
    [
      marker,
      latency.measure,
      usage.outcomes,
      cache.lookup,
      coalesce({ clock, settingsOf: feature('coalesce') }),
      cache.fill,
      usage.spend,
    ],
    fault,
  );

  const doorFor = (origin: Origin, forMastra: boolean): Door => ({
    run,
    forMastra,
    begin(bare) {
      if (closed) return undefined;
      if (bare.model.specification === 'v1') {
        latency.countLegacy();
        return undefined;
      }
      try {
        const overrides = {
          ...overridesIn(origin.behalf?.requestContext),
          ...overridesIn(origin.requestContext),
        };
        const { scope } = cacheSettings(origin.agentId);
        return beginCall(bare, callerOf(origin, bare.request, overrides, scope), overrides);
      } catch (error) {
        fault('begin', error);
        return undefined;
      }
    },
  });
  const standalone = ({ agent = 'model' }: ModelOptions = {}): Door =>
    doorFor({ agentId: agent, requestContext: undefined }, false);

  const install = (target: MastraLike): void => {
    if (closed)
      throw new PerfError('MASTRA_PERF_CLOSED', 'this plugin is closed: make a new one with createPerf()');
    if (mastra === target) return;
    if (mastra) {
      throw new PerfError(
        'MASTRA_PERF_ALREADY_INSTALLED',
        'this plugin serves another Mastra already: make one createPerf() for each Mastra',
      );
    }
    uninstall = installOn(target, { wrap: (model, origin) => proxyModel(model, doorFor(origin, true)) });
    mastra = target;
    if (settings.agents.length > 0)
      void clock.settled().then(() => closed || warnOfUnknownAgents(target, settings.agents));
  };

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    uninstall?.();
    await usage.flush();
    tier.clear();
    events.clear();
  };

  return {
    id: 'mastra-perf',
    name: 'mastra-perf',
    __registerMastra: install,
    install,
    context: contextWith,
    outcome: outcomeOf,
    model: (model, modelOptions) => proxyModel(model, standalone(modelOptions)),
    middleware: ({
      specificationVersion = 'v4',
      ...modelOptions
    }: ModelOptions & { readonly specificationVersion?: string } = {}) =>
      sdkMiddleware(specificationVersion as never, standalone(modelOptions)),
    cache: { invalidate: tier.invalidate, clear: tier.clear, stats: tier.stats },
    usage: { report: usage.report },
    metrics: { snapshot: latency.snapshot },
    report: usage.totals,
    on: events.on,
    flush: usage.flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}
