import type { MastraLike, StorageHost } from './host.ts';
import type { Patch } from './patch.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Another storage that a Mastra is given, and the ids of the runs that it makes. */
export function storagePatches(mastra: MastraLike, storage: StorageHost): Patch[] {
  return [
    {
      target: mastra,
      method: 'setStorage',
      wrap: (original) =>
        function (this: MastraLike, ...args: unknown[]) {
          const result = (original as unknown as Method).apply(this, args);
          storage.adopt(this.getStorage?.());
          return result;
        } as never,
    },
    {
      target: mastra,
      method: 'generateId',
      wrap: (original) =>
        function (this: MastraLike, ...args: unknown[]) {
          const id = (original as unknown as Method).apply(this, args);
          // What the app's own generator makes may come again, as a thread's id does: such runs are looked up.
          const isNew = this.getIdGenerator !== undefined && this.getIdGenerator() === undefined;
          if (isNew && typeof id === 'string' && isForRun(args[0])) storage.runBorn(id);
          return id;
        } as never,
    },
  ];
}

const isForRun = (context: unknown): boolean =>
  typeof context === 'object' && context !== null && 'idType' in context && context.idType === 'run';
