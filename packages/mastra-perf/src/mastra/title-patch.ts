import { causedBy } from './cause.ts';
import type { AgentLike, RequestContextLike } from './host.ts';
import type { Patch } from './patch.ts';
import { runOf, type Registry } from './registry.ts';

/** The method by which Mastra 1.71 has the title of a thread written, with the agent's model or another one. */
const TITLE = 'genTitle';

type Title = (
  this: AgentLike,
  message: unknown,
  requestContext?: RequestContextLike,
  ...rest: unknown[]
) => unknown;

/** Lets what a title costs be told from what the answers cost. */
export function titlePatch(prototype: object, shared: Registry): Patch {
  return {
    target: prototype,
    method: TITLE,
    wrap: (original) =>
      function (this: AgentLike, message, requestContext, ...rest) {
        const write = (): unknown =>
          (original as unknown as Title).call(this, message, requestContext, ...rest);
        const mastra = this.getMastraInstance?.();
        if (!mastra || !shared.hosts.has(mastra)) return write();
        const run = shared.behalf.getStore()?.run ?? runOf(shared, mastra, requestContext);
        return shared.behalf.run({ run, cause: causedBy(this.id, 'title', shared) }, write);
      } satisfies Title as never,
  };
}
