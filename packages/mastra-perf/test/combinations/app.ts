import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel, type MockAnswer, type MockSpec } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from '../../src/index.ts';
import type { Scenario } from './scenario.ts';

export interface Asked {
  readonly prompt: ReadonlyArray<{ readonly role: string; readonly content: unknown }>;
  readonly tools?: readonly { readonly name: string }[];
}

export type Respond = (asked: Asked, call: number) => MockAnswer | Promise<MockAnswer>;

/** What the scenarios make their agents of. */
export interface Kit {
  /** A model whose calls, and what they used, are counted for the scenario. Every answer uses another amount. */
  model(respond: Respond): object;
  /** Typed loosely: scenarios use fields of the configuration in all combinations. */
  agent(id: string, config: object): Agent;
}

export interface Counted {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One application with all scenarios in it, with or without the plugin. */
export interface App {
  readonly perf: Perf | undefined;
  readonly mastra: Mastra;
  readonly storage: InMemoryStore;
  agent(id: string): Agent;
  /** What the models of a scenario were asked and have used until now. */
  counted(scenario: Scenario): Counted;
  /** The scenario that an agent is of. */
  scenarioOf(agent: string): Scenario | undefined;
}

export function startApp(scenarios: readonly Scenario[], spec: MockSpec, options?: PerfOptions): App {
  const counts = new Map<string, { calls: number; inputTokens: number; outputTokens: number }>();
  const agents: Record<string, Agent> = {};
  const owners = new Map<string, Scenario>();
  const workflows: Record<string, object> = {};
  for (const scenario of scenarios) {
    const count = { calls: 0, inputTokens: 0, outputTokens: 0 };
    counts.set(scenario.name, count);
    const made = scenario.build({
      model: (respond) =>
        mockModel({
          spec,
          respond: async (asked, call) => {
            count.calls++;
            const usage = { inputTokens: 100 + count.calls, outputTokens: 10 + count.calls };
            const answer = await respond(asked as unknown as Asked, call);
            // What fails has used nothing, as far as a provider tells.
            if (answer.error === undefined) {
              count.inputTokens += usage.inputTokens;
              count.outputTokens += usage.outputTokens;
            }
            return { ...answer, usage };
          },
        }),
      agent: (id, config) =>
        new Agent({
          id,
          name: id,
          description: id,
          instructions: 'Answer.',
          maxRetries: 0,
          ...config,
        } as never),
    });
    Object.assign(agents, made.agents);
    for (const id of Object.keys(made.agents)) owners.set(id, scenario);
    Object.assign(workflows, made.workflows);
  }
  const perf = options && createPerf(options);
  const storage = new InMemoryStore();
  const mastra = new Mastra({
    agents,
    workflows: workflows as never,
    storage,
    logger: false,
    ...(perf && { processors: { perf } }),
  });
  return {
    perf,
    mastra,
    storage,
    agent: (id) => mastra.getAgent(id),
    counted: ({ name }) => ({ ...counts.get(name)! }),
    scenarioOf: (agent) => owners.get(agent),
  };
}
