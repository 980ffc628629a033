import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel, type MockModelOptions, type MockSpec } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';

/** One Mastra with the plugin, its models, and a count of what the plugin saw. */
export interface World {
  readonly perf: Perf;
  /** A model whose calls are counted. */
  model(options?: Omit<MockModelOptions<MockSpec>, 'spec'>): object;
  /** Counts a model that was made elsewhere. */
  watch<M extends { readonly calls: { readonly total: number } }>(model: M): M;
  /** Typed loosely: scenarios use fields of the configuration in all combinations, some of them internal. */
  agent(id: string, config: object): Agent;
  mastra(config: object): Mastra;
  /** Calls that reached a model. */
  modelCalls(): number;
  /** Calls that the plugin saw, legacy ones included. */
  seenCalls(): number;
}

export function world(spec: MockSpec, options: PerfOptions = { cache: false, coalesce: false }): World {
  const perf = createPerf(options);
  const watched: Array<{ readonly calls: { readonly total: number } }> = [];
  let seen = 0;
  perf.on('call', () => seen++);
  const watch: World['watch'] = (model) => {
    watched.push(model);
    return model;
  };
  return {
    perf,
    watch,
    model: (modelOptions) => watch(mockModel({ spec, ...modelOptions })),
    agent: (id, config) =>
      new Agent({ id, name: id, description: id, instructions: 'Answer.', ...config } as never),
    mastra: (config) =>
      new Mastra({ logger: false, storage: new InMemoryStore(), processors: { perf }, ...config }),
    modelCalls: () => watched.reduce((sum, { calls }) => sum + calls.total, 0),
    seenCalls: () => seen + perf.metrics.snapshot().legacyCalls,
  };
}

/** Waits until what a run does after its answer (titles, observations, scores) has settled. */
export async function settled(condition: () => boolean, label: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not settled within 10 s: ${label}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
