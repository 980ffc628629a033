import { resourceIn, together } from './caller.ts';
import { causedBy } from './cause.ts';
import type { AgentLike, Behalf, RequestContextLike } from './host.ts';
import type { Patch } from './patch.ts';
import type { Registry } from './registry.ts';

/** The method through which Mastra 1.71 makes the tools of every run ready, with the ids that hold for it. */
const CONVERT = 'convertTools';

interface ConvertOptions {
  readonly requestContext?: RequestContextLike;
  readonly resourceId?: string;
  readonly threadId?: string;
}

type Convert = (
  this: AgentLike,
  options: ConvertOptions,
  ...rest: unknown[]
) => Promise<Record<string, unknown>>;

/**
 * Lets the model calls inside of tools know for whom the tool works. Mastra takes the ids out of the request context that
 * it gives to the agents that an agent delegates to, and a tool may ask an agent without passing its context on: without
 * this, answers made for one user there would be given to others.
 */
export function toolsPatch(prototype: object, shared: Registry): Patch {
  return {
    target: prototype,
    method: CONVERT,
    wrap: (original) =>
      async function (this: AgentLike, options, ...rest) {
        const tools = await (original as unknown as Convert).call(this, options, ...rest);
        const behalf = behalfOf(this, options, shared);
        if (!behalf) return tools;
        return Object.fromEntries(
          Object.entries(tools).map(([name, tool]) => [name, onBehalf(tool, behalf, shared)]),
        );
      } satisfies Convert as never,
  };
}

function behalfOf(agent: AgentLike, options: ConvertOptions, shared: Registry): Behalf | undefined {
  const outer = shared.behalf.getStore()?.run;
  const mastra = agent.getMastraInstance?.() ?? outer?.mastra;
  if (!mastra || !shared.hosts.has(mastra)) return undefined;
  const { requestContext, resourceId, threadId } = options;
  const own = {
    resources: [resourceIn(requestContext), resourceId],
    threads: [threadId],
  };
  const run = { mastra, requestContext, ids: together(outer?.ids, own) };
  return { run, cause: causedBy(agent.id, 'tool', shared) };
}

function onBehalf(tool: unknown, behalf: Behalf, shared: Registry): unknown {
  if (typeof tool !== 'object' || tool === null || !('execute' in tool)) return tool;
  const { execute } = tool;
  if (typeof execute !== 'function') return tool;
  return {
    ...tool,
    execute: (...args: unknown[]): unknown =>
      shared.behalf.run(behalf, () => Reflect.apply(execute, tool, args) as unknown),
  };
}
