import { resourceIn, together } from './caller.ts';
import type { AgentLike, RequestContextLike, RunIds } from './host.ts';
import { adoptEmbedder } from './memory-embedder.ts';
import type { Patch } from './patch.ts';
import type { Registry } from './registry.ts';

/** The methods of Mastra's Agent by which a run begins. */
const ENTRIES = ['generate', 'stream', 'resumeGenerate', 'resumeStream', 'generateLegacy', 'streamLegacy'];

/** What the options of a run tell of whose it is. */
interface RunOptions {
  readonly requestContext?: RequestContextLike;
  readonly memory?: { readonly resource?: unknown; readonly thread?: string | { readonly id?: unknown } };
  readonly resourceId?: unknown;
  readonly threadId?: unknown;
}

type Method = (this: AgentLike, ...args: unknown[]) => unknown;

/**
 * Lets a storage know which of its reads belong to one run, and processors for whom it is. A run inside a tool of another one is a run
 * of its own.
 */
export function runPatches(prototype: object, shared: Registry): Patch[] {
  return ENTRIES.map((method) => ({
    target: prototype,
    method,
    wrap: (original) => {
      const begin = original as unknown as Method;
      return function (this: AgentLike, ...args) {
        const mastra = this.getMastraInstance?.();
        if (!mastra || !shared.hosts.has(mastra)) return begin.apply(this, args);
        const options = args[1] as RunOptions | undefined;
        const requestContext = options?.requestContext;
        if (!shared.agentRun.getStore()) forgetIds(requestContext, shared);
        const run = { mastra, agent: this.id, requestContext, told: toldIn(options) };
        return shared.agentRun.run(run, () => begin.apply(this, args));
      } satisfies Method as never;
    },
  }));
}

/**
 * A memory may bring a storage of its own, and it may be made for one run only: it is met, with its embedding model, when an agent
 * is asked for it.
 */
export function memoryPatch(prototype: object, shared: Registry): Patch {
  return {
    target: prototype,
    method: 'getMemory',
    wrap: (original) =>
      async function (this: AgentLike, ...args: unknown[]) {
        const memory: unknown = await (original as unknown as Method).apply(this, args);
        const host = hostOf(this, shared);
        if (host?.storage && hasOwnStorage(memory)) host.storage.adopt(memory.storage);
        const mastra = this.getMastraInstance?.();
        if (host && mastra) adoptEmbedder(memory, mastra, shared);
        const run = shared.agentRun.getStore();
        if (host && run?.agent === this.id) run.memory = memory;
        return memory;
      } as never,
  };
}

/** A request context that is used again may be for somebody else. */
function forgetIds(requestContext: RequestContextLike | undefined, { runs }: Registry): void {
  const run = requestContext && runs.get(requestContext);
  if (run) delete run.ids;
}

const toldIn = ({ requestContext, memory, resourceId, threadId }: RunOptions = {}): RunIds =>
  together(undefined, {
    resources: [resourceIn(requestContext), memory?.resource, resourceId],
    threads: [typeof memory?.thread === 'object' ? memory.thread.id : memory?.thread, threadId],
  });

const hostOf = (agent: AgentLike, shared: Registry) => {
  const mastra = agent.getMastraInstance?.();
  return mastra && shared.hosts.get(mastra);
};

const hasOwnStorage = (memory: unknown): memory is { readonly storage: unknown } =>
  typeof memory === 'object' && memory !== null && 'hasOwnStorage' in memory && memory.hasOwnStorage === true;
