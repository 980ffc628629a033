import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InMemoryStore } from '@mastra/core/storage';
import { expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createHeldSnapshots } from '../history/held-snapshots.ts';
import { createStorageHost, type StorageHostOptions } from './storage-host.ts';

const OPTIONS: StorageHostOptions = {
  clock: testClock(),
  held: createHeldSnapshots(),
  memory: (inner) => inner,
  isOfTheApp: () => false,
  flush: async () => undefined,
  onSlow: () => undefined,
  fault: () => undefined,
};
const hostOf = () => createStorageHost(OPTIONS);

it('does not keep a storage that was made for one run only', async () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const host = hostOf();
  const begun = (() => {
    const storage = new InMemoryStore();
    host.adopt(storage);
    return new WeakRef(storage);
  })();
  for (let round = 0; round < 50 && begun.deref(); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(begun.deref()).toBeUndefined();
  host.release();
});

it('leaves a storage alone that cannot be changed, and says so', async () => {
  const faults: unknown[] = [];
  const host = createStorageHost({ ...OPTIONS, fault: (where) => void faults.push(where) });
  const storage = Object.freeze(new InMemoryStore());
  host.adopt(storage);
  expect(faults).toEqual(['storage.adopt']);
  expect(await storage.getStore('memory')).toBe(storage.stores.memory);
});

it('leaves a storage as it was, also one that it met through a proxy that is gone', () => {
  const host = hostOf();
  const storage = new InMemoryStore();
  host.adopt(new Proxy(storage, {}));
  host.adopt(storage);
  expect(Object.hasOwn(storage, 'getStore')).toBe(true);
  host.release();
  expect(Object.hasOwn(storage, 'getStore')).toBe(false);
});

it('hears of slow statements once, however many storages share their pool, and no more when it lets go', () => {
  const listeners = new Set<(statement: unknown) => void>();
  const monitor = {
    snapshot: () => ({}),
    on(_: string, listener: (statement: unknown) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const slow: unknown[] = [];
  const host = createStorageHost({ ...OPTIONS, onSlow: (statement) => void slow.push(statement) });
  const pool = { monitor };
  const [one, other] = [new InMemoryStore(), new InMemoryStore()];
  host.adopt(Object.assign(one, { pool, readPool: pool }));
  host.adopt(Object.assign(other, { pool }));
  const statement = { text: 'SELECT ?', durationMs: 1200 };
  for (const listener of listeners) for (const told of [statement, 'not one', undefined]) listener(told);
  expect(slow).toEqual([statement]);
  host.release();
  expect(listeners.size).toBe(0);
});

it('takes a storage whose pool is not as it looks', async () => {
  const faults: string[] = [];
  const host = createStorageHost({ ...OPTIONS, fault: (where) => void faults.push(where) });
  const storage = Object.defineProperty(new InMemoryStore(), 'pool', {
    get: () => {
      throw new Error('not connected');
    },
  });
  host.adopt(storage);
  expect(faults).toEqual(['storage.slow']);
  expect(Object.hasOwn(storage, 'getStore')).toBe(true);
});
