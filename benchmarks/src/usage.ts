import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';
import { medians, type Case } from './measure.ts';
import { onOwnRedis } from './own-redis.ts';
import type { Table } from './table.ts';

const TITLE = 'What counting adds to a call, model without latency';
const OFF = 'usage off';
/** Tens of microseconds in a call: many rounds, or noise is larger. */
const ROUNDS = { warm: 3000, measured: 10_000 };
const ROUNDS_OF_AGENTS = { warm: 1000, measured: 2000 };
const AIM_US = 30;

const usd = (limitUsd: number, name: string) => ({ per: 'total', limitUsd, window: 'day', name }) as const;

/** What the ledger of usage, and budgets on it, add to a model call. */
export const usage = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    const plugins = (name: string): ReadonlyArray<readonly [string, Perf]> => {
      const store = (part: string) => redisStore({ url: redis.url, prefix: `${name}-${part}` });
      const budgets = [usd(1e5, 'first'), usd(1e6, 'second')];
      const options: ReadonlyArray<readonly [string, PerfOptions]> = [
        [OFF, { usage: false }],
        ['usage on, in memory', {}],
        ['usage on, Redis', { store: withoutCache(store('usage')) }],
        ['usage on, two budgets, in memory', { usage: { budgets } }],
        ['usage on, two budgets, Redis', { store: withoutCache(store('budgets')), usage: { budgets } }],
      ];
      return options.map(([what, given]) => [what, createPerf({ cache: false, coalesce: false, ...given })]);
    };
    const groups = [
      { way: 'perf.model()', plugins: plugins('model'), make: calling, rounds: ROUNDS },
      { way: 'agent.generate()', plugins: plugins('agent'), make: asking, rounds: ROUNDS_OF_AGENTS },
    ];
    const rows: string[][] = [];
    for (const { way, plugins: made, make, rounds } of groups) {
      const result = await medians(
        made.map(([name, perf]) => make(name, perf)),
        rounds,
      );
      const off = result.get(OFF) ?? Number.NaN;
      for (const [name, ms] of result)
        rows.push([
          way,
          name,
          (ms * 1000).toFixed(1),
          name === OFF ? '' : ((ms - off) * 1000).toFixed(1),
          (ms / off).toFixed(2),
        ]);
      await Promise.all(made.map(([, perf]) => perf.close()));
    }
    return [
      {
        title: TITLE,
        columns: ['call', 'case', 'median us', 'added us', 'ratio to usage off'],
        rows,
        notes: [
          `${ROUNDS.measured} interleaved rounds after ${ROUNDS.warm} to warm up (agents ${ROUNDS_OF_AGENTS.measured} after ${ROUNDS_OF_AGENTS.warm}), in one process, one call at a time for one of 1,000 users or agents. The aim is ${AIM_US} us for usage without budgets. With a budget a call waits for one round trip to its ledger.`,
        ],
      },
    ];
  });

/** The ledger alone, so that nothing else is in the figures. */
const withoutCache = ({ bus: _bus, leases: _leases, ...store }: ReturnType<typeof redisStore>) => store;

const mock = () => mockModel({ spec: 'v3', provider: 'openai.chat', modelId: 'gpt-4o-mini' });

function calling(name: string, perf: Perf): Case {
  const models = Array.from({ length: 1000 }, (_, agent) => perf.model(mock(), { agent: `agent ${agent}` }));
  return {
    name,
    run: (round) =>
      models[round % 1000]?.doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: `Question ${round}?` }] }],
        maxOutputTokens: 100,
      }),
  };
}

function asking(name: string, perf: Perf): Case {
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'Answer briefly.', model: mock() });
  new Mastra({ agents: { a: agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  return {
    name,
    run: (round) =>
      agent.generate(`Question ${round}?`, {
        requestContext: perf.context({ user: `user ${round % 1000}` }),
        modelSettings: { maxOutputTokens: 100 },
      }),
  };
}
