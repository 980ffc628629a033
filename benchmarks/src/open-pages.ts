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
/** A hundred pages may take this times what one takes: they are given the same. */
const AIM = 1.05;

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
  /** Processor time per call, of each slice. */
  readonly cpuMs: number[];
  run(round: number): Promise<unknown>;
  views(): number;
}

/** Calls while nobody looks, and while a hundred pages are open which ask for all figures whenever they hear of a change. */
export async function openPages(): Promise<Table> {
  const all = PAGES.map(application);
  let call = 0;
  for (let round = 0; round <= ROUNDS; round++)
    // Each begins in turn: what one leaves to be collected falls on the next.
    for (const { cpuMs, run } of [...all.slice(round % 3), ...all.slice(0, round % 3)]) {
      const begun = performance.now();
      const [before, cpu] = [call, process.cpuUsage()];
      while (performance.now() - begun < SLICE_MS) {
        await run(call++);
        // As between the requests of a server: a model that answers at once leaves no room for timers.
        await setImmediate();
      }
      const { user, system } = process.cpuUsage(cpu);
      // The first round is to warm up.
      if (round > 0) cpuMs.push((user + system) / 1000 / (call - before));
    }
  const plain = all[0]?.cpuMs ?? [];
  const rows = all.map(({ pages, cpuMs, views }) => {
    const ratios = cpuMs.map((ms, round) => ms / (plain[round] ?? Number.NaN));
    return [`${pages}`, median(cpuMs).toFixed(2), median(ratios).toFixed(3), `${views()}`];
  });
  const [, one = Number.NaN, hundred = Number.NaN] = rows.map(([, , ratio]) => Number(ratio));
  return {
    title: 'Calls while pages are open, model without latency',
    columns: ['open pages', 'CPU ms per call', 'ratio to none', 'views that pages were given'],
    rows,
    notes: [
      `agent.generate(), one after the other; medians of processor time, which another program on the machine does not change much, in ${ROUNDS} interleaved slices of ${SLICE_MS} ms, and of the ratio in each round. Pages ask the routes themselves, without HTTP, and do not read what they get: that is the work of other machines.`,
    ],
    wrong:
      hundred / one > AIM
        ? [`a hundred open pages take ${(hundred / one).toFixed(3)} times what one takes`]
        : [],
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
        if ((await get('/perf/data')).ok) views++;
      }
  };
  for (let number = 0; number < pages; number++) void page();
  return {
    pages,
    cpuMs: [],
    run: (round) => agent.generate(`Question ${round}?`),
    views: () => views,
  };
}
