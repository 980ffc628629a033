import type { Clock } from '../base/clock.ts';
import { CLOSED, refusalOf, type Asker } from './access.ts';
import { buildData } from './build-data.ts';
import { dataCache } from './data-cache.ts';
import { readQuery } from './dashboard-query.ts';
import { feedbackAction } from './feedback-action.ts';
import { createFeed, type NewNote } from './feed.ts';
import { invalidateAction } from './invalidate-action.ts';
import { createLive } from './live.ts';
import { DASHBOARD_DEFAULTS, type DashboardSettings } from './options.ts';
import { pageResponse, type PageSource } from './page-response.ts';
import { redaction, type Redaction } from './redaction.ts';
import { COMMON_HEADERS, writtenJsonResponse, problem, refused } from './responses.ts';
import type { DashboardSources } from './sources.ts';

/** One route of the server. */
export interface DashboardRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether the server is to find out who asks before. */
  readonly requiresAuth: boolean;
  respond(request: Request, asker: Asker): Promise<Response>;
}

export interface DashboardDeps {
  readonly settings: DashboardSettings;
  readonly sources: DashboardSources;
  readonly clock: Clock;
  /** Of this process. */
  readonly salt: string;
  readonly isProduction: boolean;
  readonly loadPage: () => Promise<PageSource>;
  readonly fault: (where: string, error: unknown) => void;
}

export interface Dashboard {
  readonly path: string;
  readonly routes: readonly DashboardRoute[];
  readonly redaction: Redaction;
  /** Something that somebody may want to know of. */
  note(note: NewNote): void;
  /** Figures may have changed. */
  touch(): void;
  /** Ends all streams; what is asked from now on is not found. */
  close(): void;
}

export function createDashboard(deps: DashboardDeps): Dashboard {
  const { sources, clock, salt, isProduction, loadPage, fault } = deps;
  const { path, requiresAuth, redact, showQuestions } = { ...DASHBOARD_DEFAULTS, ...deps.settings };
  const hidden = redaction(redact, salt);
  const feed = createFeed(clock.now);
  let revision = 0;
  let closed = false;
  const live = createLive({ clock, revision: () => revision });
  const dataOf = dataCache(clock, (query) =>
    buildData({ sources, now: clock.now, feed: feed.notes, showQuestions, ...hidden }, query),
  );

  let told = false;
  const tellOnce = (): void => {
    if (told) return;
    told = true;
    process.emitWarning(`mastra-perf: ${path} was asked for. ${CLOSED}`, {
      code: 'MASTRA_PERF_DASHBOARD_CLOSED',
      type: 'MastraPerfWarning',
    });
  };

  /** The page itself is for everybody: it says how to log in, and has nothing else in it. */
  const route = (
    method: DashboardRoute['method'],
    below: string,
    respond: (request: Request) => Response | Promise<Response>,
    isPage = false,
  ): DashboardRoute => ({
    method,
    path: `${path}${below}`,
    requiresAuth: requiresAuth && !isPage,
    async respond(request, asker) {
      if (closed) return problem(404, 'The plugin is closed.');
      const refusal = isPage ? undefined : refusalOf(request, asker, { requiresAuth, isProduction });
      if (refusal?.code === 'closed') tellOnce();
      if (refusal) return refused(refusal);
      try {
        return await respond(request);
      } catch (error) {
        fault('dashboard', error);
        return problem(500, 'This failed; the process warning `MASTRA_PERF_FAULT` says why.');
      }
    },
  });

  return {
    path,
    redaction: hidden,
    routes: [
      route('GET', '', async () => pageResponse(await loadPage()), true),
      route('GET', '/data', async ({ url }) => {
        const query = readQuery(new URL(url).searchParams);
        if (!query)
          return problem(400, 'Expected range (15m, 1h, 6h, 24h, 7d, 30d), agent and model, each once.');
        const json = await dataOf(query);
        return json === undefined
          ? problem(503, 'Too many ask at the same time.')
          : writtenJsonResponse(json);
      }),
      route('GET', '/events', ({ signal }) => live.open(signal) ?? problem(429, 'Too many pages are open.')),
      route(
        'GET',
        '/metrics',
        async () =>
          new Response(await sources.metricsText(), {
            headers: { ...COMMON_HEADERS, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
          }),
      ),
      route('POST', '/invalidate', async (request) => {
        const response = await invalidateAction(request, { ...sources, ...hidden });
        revision++;
        return response;
      }),
      route('POST', '/feedback', async (request) => {
        const response = await feedbackAction(request, sources.judge);
        revision++;
        return response;
      }),
    ],
    note(note) {
      feed.add(note);
      revision++;
    },
    touch: () => void revision++,
    close() {
      closed = true;
      live.close();
    },
  };
}
