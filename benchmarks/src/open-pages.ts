import { setImmediate } from 'node:timers/promises';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { median } from './median.ts';
import type { Table } from './table.ts';

const PAGES = [0, 1, 100] as const;
const ROUNDS = 15;
const SLICE_MS = 1500;
/** A part of the calls per second without an open page. */
const AIM = 0.95;

/** As much of Mastra's server as a page needs. */
interface Route {
  readonly path: string;
  handler(context: {
    readonly req: { readonly raw: Request };
    get(name: string): undefined;
  }): Promise<Response>;
}

interface Application {
  readonly pages: number;
  readonly perSecond: number[];
  run(round: number): Promise<unknown>;
  views(): number;
}

/** Calls while nobody looks, and while a hundred pages are open which ask for all figures whenever they hear of a change. */
export async function openPages(): Promise<Table> {
  const all = PAGES.map(application);
  let call = 0;
  for (let round = -1; round < ROUNDS; round++)
    for (const { perSecond, run } of all) {
      const begun = performance.now();
      const before = call;
      while (performance.now() - begun < SLICE_MS) {
        await run(call++);
        // As between the requests of a server: a model that answers at once leaves no room for timers.
        await setImmediate();
      }
      // The first round is to warm up.
      if (round >= 0) perSecond.push(((call - before) * 1000) / (performance.now() - begun));
    }
  const plain = all[0]?.perSecond ?? [];
  const rows = all.map(({ pages, perSecond, views }) => {
    const ratios = perSecond.map((rate, round) => rate / (plain[round] ?? Number.NaN));
    return [`${pages}`, median(perSecond).toFixed(0), median(ratios).toFixed(3), `${views()}`];
  });
  return {
    title: 'Calls while pages are open, model without latency',
    columns: ['open pages', 'calls per second', 'ratio to none', 'views that pages were given'],
    rows,
    notes: [
      `agent.generate(), one after the other; medians of ${ROUNDS} interleaved slices of ${SLICE_MS} ms, and of the ratio in each round. Pages are asked for at the routes themselves, without HTTP.`,
    ],
    wrong: rows.flatMap(([pages, , ratio]) =>
      Number(ratio) < AIM ? [`${pages} open pages leave ${ratio} of the calls`] : [],
    ),
  };
}

function application(pages: number): Application {
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer briefly.',
    model: mockModel({ spec: 'v3', provider: 'openai.chat', modelId: 'gpt-4o-mini' }),
  });
  const mastra = new Mastra({
    agents: { a: agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf: createPerf() },
  });
  const routes = (mastra.getServer()?.apiRoutes ?? []) as unknown as readonly Route[];
  let views = 0;
  const get = (path: string): Promise<Response> => {
    const raw = new Request(`http://localhost${path}`, { headers: { host: 'localhost' } });
    const route = routes.find((one) => one.path === path);
    if (!route) throw new Error(`the plugin has no route ${path}`);
    return route.handler({ req: { raw }, get: () => undefined });
  };
  const page = async (): Promise<void> => {
    const { body } = await get('/perf/events');
    if (!body) throw new Error('no events are told');
    for await (const chunk of body)
      if (Buffer.from(chunk).includes('event: tick')) {
        await (await get('/perf/data')).arrayBuffer();
        views++;
      }
  };
  for (let number = 0; number < pages; number++) void page();
  return {
    pages,
    perSecond: [],
    run: (round) => agent.generate(`Question ${round}?`),
    views: () => views,
  };
}
