import { createRequire } from 'node:module';

/** Prototypes that cannot be reached from an agent. */
export interface Loaded {
  readonly runner: object;
  readonly history: object;
}

interface Format extends Loaded {
  readonly agent: unknown;
}

/**
 * The prototypes of ProcessorRunner and MessageHistory that belong to an Agent prototype: imported, in the module format in
 * which the agent's class turns out to live. `undefined` if neither fits, as in a bundle that has swallowed Mastra.
 */
export async function loadRunner(agentPrototype: object): Promise<Loaded | undefined> {
  for (const load of formats()) {
    const loaded = await load();
    if (loaded.agent === agentPrototype) return loaded;
  }
  return undefined;
}

// The format of this very file first: loading the other one costs a second copy of Mastra if the app does not have it.
const formats = (): Array<() => Promise<Format>> =>
  typeof __filename === 'string' ? [loadCommonJs, loadModule] : [loadModule, loadCommonJs];

async function loadModule(): Promise<Format> {
  const [{ Agent }, { MessageHistory, ProcessorRunner }] = await Promise.all([
    import('@mastra/core/agent'),
    import('@mastra/core/processors'),
  ]);
  return {
    agent: Agent.prototype,
    runner: ProcessorRunner.prototype,
    history: MessageHistory.prototype,
  };
}

async function loadCommonJs(): Promise<Format> {
  const load = createRequire(import.meta.url);
  const { Agent } = load('@mastra/core/agent') as typeof import('@mastra/core/agent');
  const processors = load('@mastra/core/processors') as typeof import('@mastra/core/processors');
  const { MessageHistory, ProcessorRunner } = processors;
  return {
    agent: Agent.prototype,
    runner: ProcessorRunner.prototype,
    history: MessageHistory.prototype,
  };
}
