import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { ResponseCache } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { medians, type Case } from './measure.ts';
import type { Table } from './table.ts';

const PLAIN = 'Mastra alone';
const rounds = { warm: 1000, measured: 1000 };
/** A turn with memory takes ten times as long; most of it is a pause of 10 ms in Mastra. */
const roundsWithMemory = { warm: 150, measured: 300 };

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

const builtIn = (extra: object): Agent =>
  agentWith({}, { inputProcessors: [new ResponseCache({ cache: new InMemoryServerCache() })], ...extra });
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

/** Each call opens a thread of its own, so that the prompts of equal questions are equal. */
function remembering(name: string, agent: Agent, question: (round: number) => string): Case {
  return {
    name,
    run: (round) =>
      agent.generate(question(round), { memory: { thread: `${name} ${round}`, resource: 'user' } }),
  };
}

const memory = (): object => ({ memory: new Memory({ options: { lastMessages: 10 } }) });

/** What the plugin adds to a call, and what a hit costs, with a model that answers at once. */
export async function callOverhead(): Promise<Table> {
  const groups = [
    { method: 'generate', make: generating, extra: () => ({}), rounds },
    { method: 'stream', make: streaming, extra: () => ({}), rounds },
    { method: 'generate, with memory', make: remembering, extra: memory, rounds: roundsWithMemory },
  ];
  const rows: string[][] = [];
  for (const { method, make, extra, rounds: count } of groups) {
    const withPerf = () => agentWith({ perf: createPerf() }, extra());
    const cases = [
      make(PLAIN, agentWith({}, extra()), fresh),
      make('miss', withPerf(), fresh),
      make('hit', withPerf(), asked),
      make('ResponseCache, miss', builtIn(extra()), fresh),
      make('ResponseCache, hit', builtIn(extra()), asked),
    ];
    const [plain = Number.NaN, ...others] = (await medians(cases, count)).values();
    rows.push([method, `${plain.toFixed(2)} ms`, ...others.map((ms) => (ms / plain).toFixed(2))]);
  }
  return {
    title: 'One agent call, model without latency',
    columns: [
      'one agent call, model without latency',
      'Mastra alone',
      'miss',
      'hit',
      "Mastra's ResponseCache: miss",
      'hit',
    ],
    rows,
    notes: [
      `${rounds.measured} interleaved rounds after ${rounds.warm} to warm up (with memory ${roundsWithMemory.measured} after ${roundsWithMemory.warm}), in one process; ratios to Mastra alone, of medians.`,
    ],
  };
}
