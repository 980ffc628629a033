import { createRequire } from 'node:module';

interface Loaded {
  readonly agent: unknown;
  readonly runner: object | undefined;
}

/**
 * The prototype of the ProcessorRunner that belongs to an Agent prototype. It cannot be reached from an agent, so it is
 * imported, in the module format in which the agent's class turns out to live. `undefined` if neither fits, as in a
 * bundle that has swallowed Mastra.
 */
export async function loadRunner(agentPrototype: object): Promise<object | undefined> {
  for (const load of formats()) {
    const { agent, runner } = await load();
    if (agent === agentPrototype) return runner;
  }
  return undefined;
}

// The format of this very file first: loading the other one costs a second copy of Mastra if the app does not have it.
const formats = (): Array<() => Promise<Loaded>> =>
  typeof __filename === 'string' ? [loadCommonJs, loadModule] : [loadModule, loadCommonJs];

async function loadModule(): Promise<Loaded> {
  const [{ Agent }, { ProcessorRunner }] = await Promise.all([
    import('@mastra/core/agent'),
    import('@mastra/core/processors'),
  ]);
  return { agent: Agent.prototype, runner: ProcessorRunner.prototype };
}

async function loadCommonJs(): Promise<Loaded> {
  const load = createRequire(import.meta.url);
  const { Agent } = load('@mastra/core/agent') as typeof import('@mastra/core/agent');
  const { ProcessorRunner } = load('@mastra/core/processors') as typeof import('@mastra/core/processors');
  return { agent: Agent.prototype, runner: ProcessorRunner.prototype };
}
