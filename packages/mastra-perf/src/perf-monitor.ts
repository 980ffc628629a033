import { randomUUID } from 'node:crypto';
import type { Clock } from './base/clock.ts';
import type { Events } from './events.ts';
import { figuresOf, type PartStates } from './monitor/figures.ts';
import { createGather } from './monitor/gather.ts';
import { latency } from './monitor/latency.ts';
import { createMetrics } from './monitor/metrics.ts';
import type { PerfMetrics } from './monitor/metrics-types.ts';
import { openTelemetry } from './monitor/open-telemetry.ts';
import type { LatencySettings } from './monitor/options.ts';
import type { PromFigure } from './monitor/prometheus-families.ts';
import {
  embeddingCalls,
  providerCalls,
  type AskEmbedder,
  type ProviderCall,
} from './monitor/provider-calls.ts';
import { rangeCodec } from './monitor/range-codec.ts';
import { collectRange } from './monitor/range-part.ts';
import { createRecorder } from './monitor/recorder.ts';
import { createUsageCounters } from './monitor/usage-counters.ts';
import type { Middleware, ModelCall } from './pipeline/call.ts';
import { modelName } from './pipeline/model-name.ts';
import type { Bus } from './stores/bus.ts';
import type { CacheStore } from './stores/cache-store.ts';

export interface PerfMonitorDeps {
  /** Settings of the agent that calls; `false` when its calls are not timed. */
  readonly settingsOf: (call: Pick<ModelCall, 'caller' | 'overrides'>) => LatencySettings | false;
  readonly clock: Clock;
  readonly events: Events;
  readonly processId: string;
  readonly store: { readonly cache: CacheStore; readonly bus?: Bus } | undefined;
  readonly encryptionKeys: string | readonly string[] | undefined;
  readonly states: () => PartStates;
  /** Mastra's span of what runs now. */
  readonly span: () => SpanLike | undefined;
  readonly fault: (where: string, error: unknown) => void;
}

/** As much of a span of Mastra as is needed. */
export interface SpanLike {
  update(options: { readonly attributes: object }): void;
}

/** All that is measured, and everybody who is told of it. */
export interface PerfMonitor {
  /** Far out: times a call. */
  readonly calls: Middleware;
  /** Next to the model: times a request. */
  readonly requests: Middleware;
  /** The same for embedding models, within what counts them. */
  embeddings<E extends AskEmbedder>(count: E): AskEmbedder;
  /** Something else took so long. */
  took(operation: 'cache_read' | 'store' | 'storage', name: string, ms: number, isOk?: boolean): void;
  /** Usage has counted something. */
  counted(group: Readonly<Record<string, string>>, counts: Readonly<Record<string, number>>): void;
  countLegacy(): void;
  /** Hears from now on what other processes ask. */
  listen(): Promise<void>;
  readonly metrics: PerfMetrics;
}

export function createPerfMonitor(deps: PerfMonitorDeps): PerfMonitor {
  const { settingsOf, clock, events, store, fault } = deps;
  const recorder = createRecorder({ clock });
  const usage = createUsageCounters();
  const otel = openTelemetry({ fault });
  const budgets = new Map<string, PromFigure>();
  let legacyCalls = 0;

  const record: typeof recorder.record = (...measured) => {
    recorder.record(...measured);
    otel.record(...measured);
  };
  const told = (call: ProviderCall): void => {
    const name = modelName(call.model.provider, call.model.modelId);
    recorder.record(
      call.operation === 'chat' ? 'provider' : 'embedding',
      '',
      call.agent,
      name,
      call.ms,
      call.status,
    );
    otel.provider(call);
  };
  const mark = ({ facts: { outcome } }: ModelCall): void => {
    const { name, tier, ageMs, savedMs } = outcome;
    const attributes = {
      'mastra_perf.outcome': name,
      ...(tier !== undefined && { 'mastra_perf.cache.tier': tier === 'l1' ? 'memory' : 'store' }),
      ...(ageMs !== undefined && { 'mastra_perf.cache.age': ageMs / 1000 }),
      ...(savedMs !== undefined && { 'mastra_perf.saved.time': savedMs / 1000 }),
    };
    deps.span()?.update({ attributes });
    otel.mark(attributes);
  };

  events.on('limit', ({ kind, limit, agent, model, waitMs }) => {
    if (kind !== 'throttled')
      record('queue', limit, agent, model, waitMs, kind === 'waited' ? 'ok' : 'error');
  });
  events.on('budget', ({ kind, budget }) => {
    otel.budget(kind, budget);
    const key = JSON.stringify([budget, kind]);
    const labels = { budget: budget ?? '', kind };
    budgets.set(key, { ...BUDGET_EVENTS, labels, value: (budgets.get(key)?.value ?? 0) + 1 });
  });

  const gather = createGather({
    ...deps,
    shared: store?.bus && { bus: store.bus, cache: store.cache },
    newId: randomUUID,
    codec: rangeCodec(deps.encryptionKeys),
    collect: (query) => collectRange(recorder, query),
  });
  return {
    calls: latency({ settingsOf, clock, record, mark, events, fault }),
    requests: providerCalls({ settingsOf, clock, tell: told, fault }),
    embeddings(count) {
      const timed = embeddingCalls({ settingsOf, clock, tell: told, fault });
      return (call, ask) => count(call, () => timed(call, ask));
    },
    took: (operation, name, ms, isOk = true) => record(operation, name, '', '', ms, isOk ? 'ok' : 'error'),
    counted({ agent = '', model = '' }, counts) {
      usage.add(agent, model, counts);
      otel.usage(agent, model, counts);
    },
    countLegacy: () => void legacyCalls++,
    listen: gather.listen,
    metrics: createMetrics({
      recorder,
      record,
      usage,
      clock,
      gather,
      legacyCalls: () => legacyCalls,
      figures: () => [...figuresOf(deps.states()), ...budgets.values()],
    }),
  };
}

const BUDGET_EVENTS = {
  name: 'mastra_perf_budget_events_total',
  type: 'counter',
  help: 'Budgets that took effect, or could not.',
} as const;
