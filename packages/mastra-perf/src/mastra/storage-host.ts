import { setTimeout } from 'node:timers/promises';
import type { MemoryStorage, WorkflowsStorage } from '@mastra/core/storage';
import type { Clock } from '../base/clock.ts';
import { weakList } from '../base/weak-list.ts';
import type { HeldSnapshots } from '../history/held-snapshots.ts';
import type { StorageHost } from './host.ts';
import { applyPatch, isSupported, type Patch } from './patch.ts';
import { slowStatements, type SlowStatement } from './slow-statements.ts';
import { workflowsDomain, type HeldSnapshot } from './workflows-domain.ts';

export interface StorageHostOptions {
  readonly clock: Clock;
  readonly held: HeldSnapshots<HeldSnapshot>;
  /** The memory domain that stands before one of a storage. */
  readonly memory: (inner: MemoryStorage) => MemoryStorage;
  readonly isOfTheApp: (workflowName: string) => boolean;
  /** Before a storage closes, and before a run is suspended. */
  readonly flush: () => Promise<void>;
  readonly onSlow: (statement: SlowStatement) => void;
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
  const { clock, held, memory, isOfTheApp, flush, onSlow, fault } = options;
  /** A storage may be made for one run only, and must not be kept after it. */
  const adoptions = weakList<Adoption>();
  /** The same domain is met through a storage and those that are composed of it. */
  const known = new WeakMap<object, object>();
  const standIns: { readonly [K in keyof Domains]: (domain: Domains[K]) => Domains[K] } = {
    memory,
    workflows: (domain) =>
      workflowsDomain(domain, { clock, wait: setTimeout, held, beforeStored: flush, isOfTheApp }),
  };

  const hear = slowStatements(onSlow);
  const heardIn = (storage: object): ReadonlyArray<() => void> => {
    try {
      return hear(storage);
    } catch (error) {
      fault('storage.slow', error); // a pool that is not as it looks
      return [];
    }
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
      if (!isSupported(getStore) || adoptedIn(storage).has(held)) return;
      try {
        const undos = [getStore, close].filter(isSupported).map(applyPatch);
        adoptions.add(adopted(storage, held, [...undos, ...heardIn(storage)]));
      } catch (error) {
        fault('storage.adopt', error); // it is frozen, or a proxy that lets nobody change it
      }
    },
    runBorn: held.born,
    release() {
      for (const { undo } of adoptions.all()) undo();
      adoptions.clear();
    },
  };
}

/** Kept by the storage itself. */
interface Adoption {
  undo(): void;
}

const adoptedIn = (storage: { [ADOPTED]?: Map<object, Adoption> }): Map<object, Adoption> =>
  storage[ADOPTED] ?? new Map<object, Adoption>();

function adopted(storage: object, by: object, undos: readonly (() => void)[]): Adoption {
  const all = adoptedIn(storage);
  Object.defineProperty(storage, ADOPTED, { value: all, configurable: true });
  const adoption = {
    undo() {
      all.delete(by);
      for (const undo of undos.toReversed()) undo();
    },
  };
  all.set(by, adoption);
  return adoption;
}
