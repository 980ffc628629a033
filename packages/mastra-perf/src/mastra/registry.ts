import { AsyncLocalStorage } from 'node:async_hooks';
import { PerfError } from '../errors.ts';
import type { AgentRun, Behalf, Host, MastraLike, RequestContextLike, Run } from './host.ts';

/** Changes when the shape below does: copies that do not understand each other must not share it. */
const PROTOCOL = 1;
const KEY = Symbol.for('mastra-perf.registry');

/**
 * What all copies of this package in a process share (ESM and CJS, two versions): which Mastra has which plugin, and
 * which prototypes are patched, so that nothing is ever patched twice.
 */
export interface Registry {
  readonly protocol: number;
  readonly hosts: WeakMap<object, Host>;
  /** The Mastra that a memory with an embedding model belongs to. */
  readonly homes: WeakMap<object, MastraLike | 'several'>;
  /** Runs by their request context. */
  readonly runs: WeakMap<object, Run>;
  /** On whose behalf code works that a processor, a tool or a title has called. */
  readonly behalf: AsyncLocalStorage<Behalf>;
  /** One call of an agent, in everything that is done for it. */
  readonly agentRun: AsyncLocalStorage<AgentRun>;
  /** Set while Mastra's message history stores the messages of a run. */
  readonly persisting: AsyncLocalStorage<true>;
  readonly patches: Map<object, PatchUse>;
  /** Codes of the warnings that this process has had. */
  readonly told: Set<string>;
}

export interface PatchUse {
  users: number;
  readonly undo: () => void;
}

export function registry(): Registry {
  const holder = globalThis as { [KEY]?: Registry };
  const found = holder[KEY];
  if (found && found.protocol !== PROTOCOL) {
    throw new PerfError(
      'MASTRA_PERF_ALREADY_INSTALLED',
      `another version of mastra-perf is active in this process (protocol ${found.protocol}, this one speaks ${PROTOCOL}): install one version only`,
    );
  }
  return (holder[KEY] ??= {
    protocol: PROTOCOL,
    hosts: new WeakMap(),
    homes: new WeakMap(),
    runs: new WeakMap(),
    behalf: new AsyncLocalStorage(),
    agentRun: new AsyncLocalStorage(),
    persisting: new AsyncLocalStorage(),
    patches: new Map(),
    told: new Set(),
  });
}

/** Applies a patch of `target` for one more user and returns the release; the last one undoes it. */
export function sharePatch({ patches }: Registry, target: object, apply: () => () => void): () => void {
  const use = patches.get(target) ?? { users: 0, undo: apply() };
  use.users++;
  patches.set(target, use);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    if (--use.users > 0) return;
    patches.delete(target);
    use.undo();
  };
}

/** The run that a request context belongs to; a new one if it is not known yet. */
export function runOf(
  { runs }: Registry,
  mastra: MastraLike,
  requestContext: RequestContextLike | undefined,
): Run {
  const known = requestContext && runs.get(requestContext);
  if (known?.mastra === mastra) return known;
  const run: Run = { mastra, requestContext };
  if (requestContext) runs.set(requestContext, run);
  return run;
}
