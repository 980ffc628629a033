import type { Conversation } from '../pipeline/conversation.ts';
import type { ModelLike } from '../pipeline/model-proxy.ts';
import { causeOf } from './cause.ts';
import { conversationOf } from './conversation.ts';
import type { AgentLike, RequestContextLike } from './host.ts';
import type { Patch } from './patch.ts';
import { runOf, type Registry } from './registry.ts';

/** The method through which Mastra 1.71 resolves every model of an agent, whatever its form. */
export const RESOLVE = 'resolveModelConfig';

/**
 * The prototype that owns the method, found from an instance: the ESM and the CJS build of Mastra have different Agent
 * classes, and users derive their own. `undefined` when this Mastra has no such method.
 */
export function owningPrototype(agent: object): object | undefined {
  let prototype: object | null = Object.getPrototypeOf(agent) as object | null;
  while (prototype && !Object.hasOwn(prototype, RESOLVE))
    prototype = Object.getPrototypeOf(prototype) as object | null;
  return prototype ?? undefined;
}

type Resolve = (
  this: AgentLike,
  config: unknown,
  requestContext?: RequestContextLike,
  ...rest: unknown[]
) => Promise<ModelLike>;

/** Gives every model that an agent of an installed Mastra resolves to that Mastra's plugin. Other agents see no change. */
export function resolvePatch(
  prototype: object,
  shared: Registry,
  ready: () => Promise<unknown> | undefined,
): Patch {
  return {
    target: prototype,
    method: RESOLVE,
    wrap: (original) =>
      async function (this: AgentLike, config, requestContext, ...rest) {
        const pending = ready();
        if (pending) await pending;
        const model = await (original as unknown as Resolve).call(this, config, requestContext, ...rest);
        return adopt(this, requestContext, model, shared);
      } satisfies Resolve as never,
  };
}

function adopt(
  agent: AgentLike,
  requestContext: RequestContextLike | undefined,
  model: ModelLike,
  shared: Registry,
): ModelLike {
  const behalf = shared.behalf.getStore();
  const mastra = agent.getMastraInstance?.() ?? behalf?.run.mastra;
  const host = mastra && shared.hosts.get(mastra);
  if (!host) return model;
  const run = runOf(shared, mastra, requestContext);
  run.agent = agent.id;
  const outer = behalf?.run.mastra === mastra ? behalf : undefined;
  return host.wrap(model, {
    agentId: agent.id,
    requestContext,
    run,
    behalf: outer?.run,
    cause: causeOf(agent, outer),
    conversation: conversationIn(agent, requestContext, shared),
  });
}

/** Of the run that the model is resolved for; found once, so that all its calls have the same one. */
function conversationIn(
  agent: AgentLike,
  requestContext: RequestContextLike | undefined,
  shared: Registry,
): (() => Conversation | undefined) | undefined {
  const run = shared.agentRun.getStore();
  if (run?.agent !== agent.id) return undefined;
  return () => {
    if (run.conversation === undefined) run.conversation = conversationOf(run.memory, requestContext) ?? null;
    return run.conversation ?? undefined;
  };
}
