import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { ResponseCache } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { medians, type Case } from './measure.ts';
import type { Table } from './table.ts';

const PLAIN = 'Mastra alone';
const rounds = { warm: 1000, measured: 1000 };

function agentWith(processors: object = {}, extra: object = {}): Agent {
  const config = {
    id: 'a',
    name: 'a',
    instructions: 'Answer briefly.',
    model: mockModel({ spec: 'v3' }),
    ...extra,
  };
  const agent = new Agent(config as never);
  new Mastra({
    agents: { a: agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: processors as never,
  });
  return agent;
}

const builtIn = (): Agent =>
  agentWith({}, { inputProcessors: [new ResponseCache({ cache: new InMemoryServerCache() })] });
const fresh = (round: number): string => `Question ${round}: what does a cache of answers save?`;
const asked = (): string => 'What does a cache of answers save?';

function generating(name: string, agent: Agent, question: (round: number) => string): Case {
  return { name, run: (round) => agent.generate(question(round)) };
}

function streaming(name: string, agent: Agent, question: (round: number) => string): Case {
  return {
    name,
    run: async (round) => {
      const { textStream } = await agent.stream(question(round));
      for await (const _ of textStream);
    },
  };
}

/** What the plugin adds to a call, and what a hit costs, with a model that answers at once. */
export async function callOverhead(): Promise<Table> {
  const withPerf = () => agentWith({ perf: createPerf() });
  const groups = [
    { method: 'generate', make: generating },
    { method: 'stream', make: streaming },
  ];
  const rows: string[][] = [];
  for (const { method, make } of groups) {
    const cases = [
      make(PLAIN, agentWith(), fresh),
      make('mastra-perf, miss', withPerf(), fresh),
      make('mastra-perf, hit', withPerf(), asked),
      make('Mastra ResponseCache, miss', builtIn(), fresh),
      make('Mastra ResponseCache, hit', builtIn(), asked),
    ];
    const result = await medians(cases, rounds);
    const plain = result.get(PLAIN) ?? Number.NaN;
    for (const [name, ms] of result) rows.push([method, name, ms.toFixed(3), (ms / plain).toFixed(2)]);
  }
  return {
    title: 'One agent call, model without latency',
    columns: ['method', 'case', 'median ms', 'ratio to Mastra alone'],
    rows,
    notes: [
      `${rounds.measured} interleaved rounds after ${rounds.warm} to warm up, in one process. Ratios are comparable, milliseconds depend on the machine.`,
    ],
  };
}
