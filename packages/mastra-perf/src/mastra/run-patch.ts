import type { AgentLike } from './host.ts';
import type { Patch } from './patch.ts';
import type { Registry } from './registry.ts';

/** The methods of Mastra's Agent by which a run begins. */
const ENTRIES = ['generate', 'stream', 'resumeGenerate', 'resumeStream', 'generateLegacy', 'streamLegacy'];

type Method = (this: AgentLike, ...args: unknown[]) => unknown;

/** Lets a storage know which of its reads belong to one run. A run inside a tool of another one is a run of its own. */
export function runPatches(prototype: object, shared: Registry): Patch[] {
  return ENTRIES.map((method) => ({
    target: prototype,
    method,
    wrap: (original) => {
      const begin = original as unknown as Method;
      return function (this: AgentLike, ...args) {
        return hostOf(this, shared)?.storage
          ? shared.agentRun.run({}, () => begin.apply(this, args))
          : begin.apply(this, args);
      } satisfies Method as never;
    },
  }));
}

/** A memory may bring a storage of its own, and may be made for one run only: it is met when an agent is asked for it. */
export function memoryPatch(prototype: object, shared: Registry): Patch {
  return {
    target: prototype,
    method: 'getMemory',
    wrap: (original) =>
      async function (this: AgentLike, ...args: unknown[]) {
        const memory: unknown = await (original as unknown as Method).apply(this, args);
        const host = hostOf(this, shared);
        if (host?.storage && hasOwnStorage(memory)) host.storage.adopt(memory.storage);
        return memory;
      } as never,
  };
}

const hostOf = (agent: AgentLike, shared: Registry) => {
  const mastra = agent.getMastraInstance?.();
  return mastra && shared.hosts.get(mastra);
};

const hasOwnStorage = (memory: unknown): memory is { readonly storage: unknown } =>
  typeof memory === 'object' && memory !== null && 'hasOwnStorage' in memory && memory.hasOwnStorage === true;
