import { setTimeout } from 'node:timers/promises';
import type { MemoryStorage, WorkflowsStorage } from '@mastra/core/storage';
import type { Clock } from '../base/clock.ts';
import type { HeldSnapshots } from '../history/held-snapshots.ts';
import type { StorageHost } from './host.ts';
import { applyPatch, isSupported, type Patch } from './patch.ts';
import { workflowsDomain, type HeldSnapshot } from './workflows-domain.ts';

export interface StorageHostOptions {
  readonly clock: Clock;
  readonly held: HeldSnapshots<HeldSnapshot>;
  /** The memory domain that stands before one of a storage. */
  readonly memory: (inner: MemoryStorage) => MemoryStorage;
  readonly isOfTheApp: (workflowName: string) => boolean;
  /** Before a storage closes, and before a run is suspended. */
  readonly flush: () => Promise<void>;
  readonly fault: (where: string, error: unknown) => void;
}

interface Domains {
  readonly memory: MemoryStorage;
  readonly workflows: WorkflowsStorage;
}

type GetStore = (this: unknown, name: string) => Promise<object | undefined>;
type Close = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Marks a storage, through whatever proxy it is met. */
const ADOPTED = Symbol('mastra-perf.adopted');

/** Gives out the domains of a storage with the plugin in front of them; other domains are as they were. */
export function createStorageHost(options: StorageHostOptions): StorageHost {
  const { clock, held, memory, isOfTheApp, flush, fault } = options;
  const undos: (() => void)[] = [];
  /** The same domain is met through a storage and those that are composed of it. */
  const known = new WeakMap<object, object>();
  const standIns: { readonly [K in keyof Domains]: (domain: Domains[K]) => Domains[K] } = {
    memory,
    workflows: (domain) =>
      workflowsDomain(domain, { clock, wait: setTimeout, held, beforeStored: flush, isOfTheApp }),
  };

  const standInFor = (name: string, domain: object | undefined): object | undefined => {
    if (!domain || (name !== 'memory' && name !== 'workflows')) return domain;
    const found = known.get(domain);
    if (found) return found;
    try {
      const made: object = standIns[name](domain as never);
      known.set(domain, made);
      known.set(made, made);
      return made;
    } catch (error) {
      fault(`storage.${name}`, error);
      return domain;
    }
  };

  return {
    adopt(storage) {
      if (typeof storage !== 'object' || storage === null) return;
      const getStore: Patch = {
        target: storage,
        method: 'getStore',
        wrap: (original) =>
          async function (this: unknown, name) {
            return standInFor(name, await (original as unknown as GetStore).call(this, name));
          } satisfies GetStore as never,
      };
      const close: Patch = {
        target: storage,
        method: 'close',
        wrap: (original) =>
          async function (this: unknown, ...args) {
            await flush();
            return (original as unknown as Close).apply(this, args);
          } satisfies Close as never,
      };
      if (!isSupported(getStore) || isMarked(storage, held)) return;
      undos.push(mark(storage, held), ...[getStore, close].filter(isSupported).map(applyPatch));
    },
    runBorn: held.born,
    release() {
      for (const undo of undos.splice(0).toReversed()) undo();
    },
  };
}

type Marked = { [ADOPTED]?: Set<object> };

const isMarked = (storage: Marked, by: object): boolean => storage[ADOPTED]?.has(by) === true;

function mark(storage: Marked, by: object): () => void {
  const marks = storage[ADOPTED] ?? new Set();
  marks.add(by);
  Object.defineProperty(storage, ADOPTED, { value: marks, configurable: true });
  return () => void marks.delete(by);
}
