import { bucketsOf } from './buckets.ts';
import type {
  DashboardBudget,
  DashboardCache,
  DashboardData,
  DashboardEntry,
  DashboardFigures,
  DashboardMeaning,
  DashboardNote,
  DashboardQuery,
  DashboardTop,
} from './dashboard-data.ts';
import { cutOf } from './dashboard-query.ts';
import { NO_FIGURES, figuresOf } from './figures.ts';
import type { DashboardSources, ListedAnswer, ReportRow } from './sources.ts';

export interface BuildDeps {
  readonly sources: DashboardSources;
  readonly now: () => number;
  readonly feed: () => readonly DashboardNote[];
  /** An id of a user or a resource as it is shown. */
  readonly shownUser: (id: string) => string;
  /** An error as it is shown. */
  readonly shownError: (error: unknown) => string;
  readonly showQuestions: boolean;
}

const TOP = 20;
/** Answers in memory that are looked at: a cache may hold a million of them. */
const LISTED = 500;
const MAX_BUDGETS = 50;

/** What the page shows of a time range. What cannot be read is missing and named; the rest stands. */
export async function buildData(deps: BuildDeps, query: DashboardQuery): Promise<DashboardData> {
  const { sources, shownUser, shownError } = deps;
  const at = deps.now();
  const { from, to, bucketMs, interval } = cutOf(query.range, at);
  const { agent, model } = query;
  const where = { ...(agent !== undefined && { agent }), ...(model !== undefined && { model }) };
  const missing: Array<{ part: string; reason: string }> = [];
  const part = async <T>(name: string, read: () => T | Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      missing.push({ part: name, reason: shownError(error) });
      return otherwise;
    }
  };
  const report = (
    by: ReadonlyArray<'agent' | 'model' | 'resource' | 'user'>,
    more: { readonly interval?: typeof interval } = {},
  ): Promise<readonly ReportRow[]> => sources.report({ by, from, to, where, ...more });
  const tops = (name: 'agent' | 'model' | 'resource' | 'user', shown = (id: string) => id) =>
    part(`usage by ${name}`, async () => topOf(await report([name]), name, shown), NONE);

  const [totals, series, models, agents, resources, users, names, latency, operations, budgets] =
    await Promise.all([
      part<DashboardFigures>('usage', async () => figuresOf((await report([]))[0] ?? NO_FIGURES), NO_FIGURES),
      part(
        'usage over time',
        async () => bucketsOf(await report([], { interval }), { from, to, bucketMs }),
        [],
      ),
      tops('model'),
      tops('agent'),
      tops('resource', shownUser),
      tops('user', shownUser),
      part('names', () => sources.report({ by: ['agent', 'model'], from, to }), []),
      part('latency', () => sources.latency({ ...query, from, to, bucketMs }), { series: [] }),
      part('operations', () => sources.operations(), []),
      part('budgets', () => sources.budgets(), []),
    ]);
  const store = sources.store();
  const meanings = await part('answers by meaning', () => meaningsOf(deps, query), undefined);
  const distinct = (all: ReadonlyArray<string | undefined>): string[] =>
    [...new Set(all.filter((one) => one !== undefined))].toSorted().slice(0, 200);
  return {
    version: 1,
    at,
    query,
    from,
    to,
    bucketMs,
    isShared: sources.isShared,
    totals,
    series,
    latency,
    models,
    agents,
    resources,
    users,
    budgets: budgets.slice(0, MAX_BUDGETS).map(({ alerts, scope, ...budget }) => ({
      ...budget,
      ...(scope !== undefined && { scope: isIdentity(budget.per) ? shownUser(scope) : scope }),
      state: stateOf(budget, alerts),
    })),
    cache: await part('cache', () => cacheOf(sources, at, query), NO_CACHE),
    ...(meanings && { meanings }),
    ...(store && { store }),
    operations: operations.toSorted((a, b) => b.p95 - a.p95).slice(0, TOP),
    feed: deps.feed(),
    known: {
      agents: distinct([...names.map((row) => row.agent), agent]),
      models: distinct([...names.map((row) => row.model), model]),
    },
    missing,
  };
}

const NONE: DashboardTop = { rows: [], count: 0 };
const NO_CACHE: DashboardCache = { entries: 0, bytes: 0, hits: 0, misses: 0, rows: [], listed: 0 };

/** The report has the dearest first. What has no such name is not of anybody. */
function topOf(
  rows: readonly ReportRow[],
  by: 'agent' | 'model' | 'resource' | 'user',
  shown: (name: string) => string,
): DashboardTop {
  const named = rows.flatMap((row) => {
    const name = row[by];
    return name === undefined ? [] : [{ name, row }];
  });
  return {
    rows: named.slice(0, TOP).map(({ name, row }) => ({ name: shown(name), ...figuresOf(row) })),
    count: named.length,
  };
}

const isIdentity = (per: string): boolean => per !== 'total' && per !== 'agent' && per !== 'model';

function stateOf(
  { spent, held, limit }: Pick<DashboardBudget, 'spent' | 'held' | 'limit'>,
  alerts: readonly number[],
): DashboardBudget['state'] {
  const used = spent + held;
  if (used >= limit) return 'over';
  const [first = Infinity] = alerts.filter((share) => share >= WARN_FROM);
  return used >= limit * Math.min(first, ALMOST) ? 'warn' : 'ok';
}

/** A share that is told of below this is news, not a warning. */
const WARN_FROM = 0.6;
const ALMOST = 0.9;

function cacheOf(
  sources: Pick<DashboardSources, 'cacheSize' | 'cacheList'>,
  now: number,
  { agent }: DashboardQuery,
): DashboardCache {
  const all = sources.cacheList(LISTED).filter((entry) => agent === undefined || entry.agent === agent);
  const largest = all.toSorted((a, b) => b.bytes - a.bytes).slice(0, TOP);
  const mostGiven = all.toSorted((a, b) => b.hits - a.hits).slice(0, TOP);
  const rows = [...new Set([...mostGiven, ...largest])].map((entry) => entryOf(entry, now));
  return { ...sources.cacheSize(), rows, listed: all.length };
}

function meaningsOf(
  { sources, shownUser, showQuestions }: BuildDeps,
  { agent }: DashboardQuery,
): DashboardMeaning[] | undefined {
  return sources
    .meanings()
    ?.filter((one) => agent === undefined || one.agent === agent)
    .map(({ asked, answered, resource, ...one }) => ({
      ...one,
      ...(resource !== undefined && { resource: shownUser(resource) }),
      ...(showQuestions && { asked, answered }),
    }));
}

const entryOf = ({ storedAt, leavesMs, ...entry }: ListedAnswer, now: number): DashboardEntry => ({
  key: entry.key,
  agent: entry.agent,
  tags: entry.tags.slice(0, 20),
  bytes: entry.bytes,
  hits: entry.hits,
  ageMs: Math.max(0, now - storedAt),
  leavesMs: Math.round(leavesMs),
});
