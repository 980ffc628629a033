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
