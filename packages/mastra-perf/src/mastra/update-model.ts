import type { ModelLike } from '../pipeline/model-proxy.ts';
import type { Host, RequestContextLike } from './host.ts';

interface Args {
  readonly requestContext?: RequestContextLike;
  readonly mastra?: unknown;
}

interface UpdatableAgent {
  readonly id: string;
  readonly model: unknown;
  getModel(args: {
    readonly requestContext?: RequestContextLike;
    readonly modelConfig: unknown;
  }): Promise<ModelLike>;
  __updateModel(update: { readonly model: unknown }): void;
}

const isUpdatable = (agent: object): agent is UpdatableAgent =>
  'getModel' in agent && '__updateModel' in agent && typeof agent.__updateModel === 'function';

/**
 * The second way in, for a Mastra whose agents resolve models differently: replaces the agent's model by a function that
 * returns it wrapped. It misses models given per call or inside processors. Returns the undo, or `undefined` if this agent
 * does not allow even that.
 */
export function wrapModelOf(agent: object, host: Host): (() => void) | undefined {
  if (!isUpdatable(agent)) return undefined;
  const original = agent.model;
  const wrapped = (config: unknown) => async (args: Args) => {
    const modelConfig: unknown = typeof config === 'function' ? await config(args) : config;
    const context = args.requestContext;
    const model = await agent.getModel({ modelConfig, ...(context && { requestContext: context }) });
    return host.wrap(model, { agentId: agent.id, requestContext: context });
  };
  // A list of fallbacks stays a list: Mastra Studio reorders its entries.
  const model = Array.isArray(original)
    ? original.map((entry: { readonly model: unknown }) => ({ ...entry, model: wrapped(entry.model) }))
    : wrapped(original);
  agent.__updateModel({ model });
  return () => agent.__updateModel({ model: original });
}
