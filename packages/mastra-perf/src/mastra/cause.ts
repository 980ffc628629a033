import type { Cause, Purpose } from '../pipeline/call.ts';
import { together } from './caller.ts';
import type { AgentLike, Behalf, RunIds } from './host.ts';
import type { Registry } from './registry.ts';

/** The agents of Mastra's observational memory, which are called by a processor. */
const MEMORY_AGENTS = new Set([
  'observational-memory-observer',
  'observational-memory-reflector',
  'multi-thread-observer',
]);

/** For what is called from now on: the agent that was asked first has caused it, with the purpose that is nearest. */
export function causedBy(
  agent: string | undefined,
  purpose: Purpose,
  { behalf }: Registry,
): Cause | undefined {
  const asked = behalf.getStore()?.cause?.agent ?? agent;
  return asked === undefined ? undefined : { agent: asked, purpose };
}

/** The ids of whom code works for that is not an agent's own, before that agent has asked its model. */
export function toldBefore({ behalf, agentRun }: Registry): RunIds {
  const { resources, threads } = agentRun.getStore()?.told ?? { resources: [], threads: [] };
  return together(behalf.getStore()?.run.ids, { resources, threads });
}

/** Why an agent asks its model. */
export function causeOf(agent: AgentLike, behalf: Behalf | undefined): Cause | undefined {
  const cause = behalf?.cause;
  return cause && MEMORY_AGENTS.has(agent.id) ? { ...cause, purpose: 'memory' } : cause;
}
