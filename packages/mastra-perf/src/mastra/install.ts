import { PerfError } from '../errors.ts';
import { owningPrototype, RESOLVE, resolvePatch } from './agent-patch.ts';
import type { Host, MastraLike } from './host.ts';
import { historyPatch } from './history-patch.ts';
import { loadRunner, type Loaded } from './load-runner.ts';
import { adoptEmbedder } from './memory-embedder.ts';
import { applyPatch, isSupported, type Patch } from './patch.ts';
import { registry, sharePatch, type Registry } from './registry.ts';
import { addRoutes } from './routes.ts';
import { memoryPatch, runPatches } from './run-patch.ts';
import { patchRunner } from './runner-patch.ts';
import { storagePatches } from './storage-patch.ts';
import { titlePatch } from './title-patch.ts';
import { toolsPatch } from './tools-patch.ts';
import { wrapModelOf } from './update-model.ts';

/**
 * Makes a plugin see every model call of the agents of one Mastra, those added later included. Returns the undo.
 *
 * @throws PerfError `MASTRA_PERF_ALREADY_INSTALLED` when this Mastra has a plugin already; PerfConfigError for a route where Mastra's own
 * ones are.
 */
export function installOn(mastra: MastraLike, host: Host): () => void {
  const shared = registry();
  if (shared.hosts.has(mastra)) {
    throw new PerfError(
      'MASTRA_PERF_ALREADY_INSTALLED',
      'this Mastra has a mastra-perf plugin already: register one createPerf() per Mastra and give it options per agent under `agents`',
    );
  }
  const undos = new Map<object, () => void>();
  const hook = (agent: unknown): void => {
    for (const one of agentsIn(agent)) hookAgent(one, host, shared, undos);
  };

  if (host.routes) undos.set(host.routes, addRoutes(mastra, host.routes));
  shared.hosts.set(mastra, host);
  undos.set(
    mastra,
    applyPatch({
      target: mastra,
      method: 'addAgent',
      wrap: (original) =>
        function (this: MastraLike, agent: unknown, ...rest: unknown[]) {
          const result: unknown = (original as unknown as MastraLike['addAgent']).call(
            this,
            agent,
            ...(rest as [string?]),
          );
          hook(agent);
          return result;
        } as never,
    }),
  );
  for (const agent of Object.values(mastra.listAgents())) hook(agent);
  for (const memory of Object.values(mastra.listMemory?.() ?? {})) adoptEmbedder(memory, mastra, shared);
  const memories = memoriesPatch(mastra, shared);
  if (isSupported(memories)) undos.set(memories, applyPatch(memories));
  if (host.storage) {
    for (const patch of storagePatches(mastra, host.storage).filter(isSupported))
      undos.set(patch, applyPatch(patch));
    host.storage.adopt(mastra.getStorage?.());
  }

  return () => {
    shared.hosts.delete(mastra);
    host.storage?.release();
    for (const undo of undos.values()) undo();
    undos.clear();
  };
}

/** Memories that a Mastra has by name are met at once; those of agents when an agent is asked for it. */
function memoriesPatch(mastra: MastraLike, shared: Registry): Patch {
  return {
    target: mastra,
    method: 'addMemory',
    wrap: (original) =>
      function (this: MastraLike, memory: unknown, ...rest: unknown[]) {
        const result: unknown = (original as (...args: unknown[]) => unknown).call(this, memory, ...rest);
        adoptEmbedder(memory, mastra, shared);
        return result;
      } as never,
  };
}

/** An agent, and the agent inside a durable one. */
function agentsIn(agent: unknown): object[] {
  if (typeof agent !== 'object' || agent === null) return [];
  const inner: unknown = 'agent' in agent ? agent.agent : undefined;
  return typeof inner === 'object' && inner !== null && inner !== agent ? [inner] : [agent];
}

function hookAgent(agent: object, host: Host, shared: Registry, undos: Map<object, () => void>): void {
  const prototype = owningPrototype(agent);
  const target = prototype ?? agent;
  if (undos.has(target)) return;
  if (prototype) {
    undos.set(
      target,
      sharePatch(shared, prototype, () => patchPrototype(prototype, shared)),
    );
    return;
  }
  const undo = wrapModelOf(agent, host);
  undos.set(target, undo ?? (() => undefined));
  warn(
    shared,
    undo ? 'MASTRA_PERF_FALLBACK' : 'MASTRA_PERF_UNSUPPORTED',
    undo
      ? `this version of Mastra has no Agent.${RESOLVE}(): models given per call, by prepareStep or inside processors are not seen`
      : `this version of Mastra has neither Agent.${RESOLVE}() nor __updateModel(): calls of its agents are not seen; wrap their models with perf.model()`,
  );
}

function patchPrototype(prototype: object, shared: Registry): () => void {
  let undoLoaded: (() => void) | undefined;
  let undone = false;
  let loading: Promise<void> | undefined = load();
  async function load(): Promise<void> {
    try {
      const loaded = await loadRunner(prototype);
      if (!undone) undoLoaded = loaded && patchLoaded(loaded, shared);
      if (!undone && !undoLoaded) throw new TypeError("no ProcessorRunner of Mastra's that fits was found");
    } catch (error) {
      warn(
        shared,
        'MASTRA_PERF_NO_RUNNER',
        `models returned by prepareStep or used inside processors are not seen: ${String(error)}`,
      );
    } finally {
      loading = undefined;
    }
  }
  const undos = [
    resolvePatch(prototype, shared, () => loading),
    toolsPatch(prototype, shared),
    titlePatch(prototype, shared),
    memoryPatch(prototype, shared),
    ...runPatches(prototype, shared),
  ]
    .filter(isSupported)
    .map(applyPatch);
  return () => {
    undone = true;
    for (const undo of undos.toReversed()) undo();
    undoLoaded?.();
  };
}

function patchLoaded({ runner, history }: Loaded, shared: Registry): (() => void) | undefined {
  const undoRunner = patchRunner(runner, shared);
  if (!undoRunner) return undefined;
  const persist = historyPatch(history, shared);
  const undoHistory = isSupported(persist) ? applyPatch(persist) : undefined;
  return () => {
    undoHistory?.();
    undoRunner();
  };
}

/** Once per process and code. */
function warn({ told }: Registry, code: string, message: string): void {
  if (told.has(code)) return;
  told.add(code);
  process.emitWarning(`mastra-perf: ${message}`, { code, type: 'MastraPerfWarning' });
}
