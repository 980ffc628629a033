import { expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { createDashboard } from './dashboard.ts';
import { NO_FIGURES } from './figures.ts';
import type { DashboardSources } from './sources.ts';

const ASKER = { hasAuth: false, isKnown: false };
const SECONDS = 10;

/** How much is asked of the sources in some seconds of calls, while so many pages are open that ask for what they show. */
async function readsWith(pages: number) {
  const clock = testClock();
  const reads = { reports: 0, builds: 0, answers: 0 };
  const sources: DashboardSources = {
    async report() {
      reads.reports++;
      return [NO_FIGURES];
    },
    isShared: false,
    latency: () => ({ series: [] }),
    operations: () => [],
    budgets: async () => [],
    cacheSize() {
      reads.builds++;
      return { entries: 0, bytes: 0, hits: 0, misses: 0 };
    },
    cacheList: () => [],
    meanings: () => undefined,
    judge: async () => false,
    store: () => undefined,
    invalidate: async () => undefined,
    metricsText: () => '',
  };
  const dashboard = createDashboard({
    settings: {},
    sources,
    clock,
    salt: '',
    isProduction: false,
    loadPage: () => Promise.reject(new Error('nobody asks for it')),
    fault: (_, error) => {
      throw error;
    },
  });
  const get = (path: string): Promise<Response> => {
    const route = dashboard.routes.find((one) => one.path === `/perf${path}`)!;
    const request = new Request(`http://localhost/perf${path}`, { headers: { host: 'localhost' } });
    return route.respond(request, ASKER);
  };
  const page = async (): Promise<void> => {
    const { body } = await get('/events');
    for await (const text of body!.pipeThrough(new TextDecoderStream()))
      if (text.includes('event: tick') && (await (await get('/data')).json())) reads.answers++;
  };
  const open = Array.from({ length: pages }, page);
  for (let second = 0; second < SECONDS; second++) {
    for (let call = 0; call < 50; call++) dashboard.touch();
    await everything();
    clock.advance(1000);
    await everything();
  }
  dashboard.close();
  await Promise.all(open);
  return reads;
}

/** Streams pass on what they have by many small steps. */
async function everything(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await settled();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('builds for a hundred open pages as often as for one, and not at all for none', async () => {
  const [none, one, hundred] = [await readsWith(0), await readsWith(1), await readsWith(100)];
  expect(none).toEqual({ reports: 0, builds: 0, answers: 0 });
  expect(one.answers).toBeGreaterThanOrEqual(SECONDS);
  expect(hundred.answers).toBe(100 * one.answers);
  expect([hundred.builds, hundred.reports]).toEqual([one.builds, one.reports]);
  expect(one.builds).toBeLessThanOrEqual(SECONDS + 1);
});
