import type { Clock } from './base/clock.ts';
import { readNames } from './cache/names.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import { createDashboard, type Dashboard } from './dashboard/dashboard.ts';
import type { DashboardLatency, DashboardOperation, DashboardStore } from './dashboard/dashboard-data.ts';
import { listenForNotes } from './dashboard/notes.ts';
import type { DashboardSettings } from './dashboard/options.ts';
import type { TimesQuery } from './dashboard/sources.ts';
import type { Events } from './events.ts';
import type { HttpRoute, MastraLike } from './mastra/host.ts';
import { loggerOf } from './mastra/logger.ts';
import type { CallFigures, MetricsRange, PerfMetrics, Stats } from './monitor/metrics-types.ts';
import type { SemanticCache } from './semantic/semantic-cache.ts';
import type { Budgets } from './usage/budget-guard.ts';
import type { UsageMeter } from './usage/usage-meter.ts';

export interface PerfDashboardDeps {
  readonly settings: DashboardSettings;
  readonly clock: Clock;
  readonly processId: string;
  readonly events: Events;
  readonly usage: { readonly meter: Pick<UsageMeter, 'report'>; readonly budgets: Budgets | undefined };
  /** Whether the ledger is of all processes. */
  readonly isShared: boolean;
  readonly cache: Pick<ResponseCache, 'invalidate' | 'stats' | 'list'>;
  readonly semantic: Pick<SemanticCache, 'judge'> & {
    readonly recent: () => ReturnType<SemanticCache['recent']> | undefined;
  };
  readonly store: () => DashboardStore | undefined;
  /** The one that the plugin is installed on. */
  readonly mastra: () => MastraLike | undefined;
  readonly metrics: Pick<PerfMetrics, 'range' | 'prometheus'>;
  readonly fault: (where: string, error: unknown) => void;
}

export interface PerfDashboard {
  readonly routes: readonly HttpRoute[];
  close(): void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A line of the same kind is logged once in this time. */
const LOG_EVERY_MS = 60_000;

/** The page with its data, and what happens in the log of Mastra. */
export function createPerfDashboard(deps: PerfDashboardDeps): PerfDashboard {
  const { settings, clock, processId, events, usage, isShared, cache, semantic, store, metrics, fault } =
    deps;
  const dashboard: Dashboard = createDashboard({
    settings,
    clock,
    salt: processId,
    isProduction: process.env.NODE_ENV === 'production' && process.env.MASTRA_DEV !== 'true',
    loadPage: async () => (await import('virtual:mastra-perf-page')).page,
    fault,
    sources: {
      report: (query) => usage.meter.report(query),
      isShared,
      latency: async (query) => latencyOf(await metrics.range(timesOf(query, clock.now()))),
      operations: async () => operationsOf(await metrics.range()),
      budgets: async () => (await usage.budgets?.standings()) ?? [],
      cacheSize() {
        const { entries, bytes, hits, misses } = cache.stats();
        return { entries, bytes, hits, misses };
      },
      cacheList: (limit) =>
        cache.list(limit).map(({ names, ...entry }) => ({ ...entry, ...readNames(names) })),
      meanings: semantic.recent,
      judge: semantic.judge,
      store,
      invalidate: cache.invalidate,
      metricsText: () => metrics.prometheus(),
    },
  });

  const loggedAt = new Map<string, number>();
  const undos = [
    events.on('call', dashboard.touch),
    events.on('stored', dashboard.touch),
    listenForNotes(events, dashboard.redaction, (note) => {
      dashboard.note(note);
      if (note.level === 'info' || note.kind === 'call') return; // Mastra logs failed calls by itself
      const now = clock.monotonic();
      if (now - (loggedAt.get(note.kind) ?? -Infinity) < LOG_EVERY_MS) return;
      loggedAt.set(note.kind, now);
      loggerOf(deps.mastra())?.[note.level === 'error' ? 'error' : 'warn'](`mastra-perf: ${note.text}`);
    }),
  ];

  return {
    routes: dashboard.routes,
    close() {
      for (const undo of undos) undo();
      dashboard.close();
    },
  };
}

/** Minutes are kept for an hour, hours for a day. */
function timesOf({ from, agent, model }: TimesQuery, now: number) {
  const byMinute = from > now - HOUR_MS;
  return {
    from: Math.max(from, now - (byMinute ? HOUR_MS : DAY_MS) + 1),
    step: byMinute ? 'minute' : 'hour',
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
  } as const;
}

function latencyOf({ buckets, total }: Pick<MetricsRange, 'buckets' | 'total'>): DashboardLatency {
  return {
    ...timesIn(total),
    series: buckets.map((bucket) => ({ at: bucket.start, ...timesIn(bucket) })),
  };
}

const timesIn = ({ call, firstChunk }: CallFigures) => ({
  ...(call && { call: shown(call) }),
  ...(firstChunk && { firstPart: shown(firstChunk) }),
});

const operationsOf = ({ operations }: Pick<MetricsRange, 'operations'>): DashboardOperation[] =>
  operations.flatMap(({ operation, name, stats }) =>
    stats ? [{ name: name ? `${operation} ${name}` : operation, ...shown(stats), max: stats.max }] : [],
  );

const shown = ({ count, p50, p95, p99 }: Stats) => ({ count, p50, p95, p99 });
