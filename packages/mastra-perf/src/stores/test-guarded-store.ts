import type { GuardedStore, GuardedStoreDeps } from './guarded-store.ts';
import { guardUp } from './test-manual-store.ts';

/** A guarded store on a store that the test drives, and what it has told. */
export async function guardedUp({ connected = true, readTimeoutMs = 50 } = {}) {
  const states: Array<Parameters<GuardedStoreDeps['onState']>> = [];
  const failures: Array<Parameters<GuardedStoreDeps['onFailure']>> = [];
  const deps = {
    readTimeoutMs,
    onState: (...told: (typeof states)[number]) => void states.push(told),
    onFailure: (...told: (typeof failures)[number]) => void failures.push(told),
  };
  return { states, failures, ...(await guardUp(deps, { connected })) };
}

export const write = { key: 'k', value: new Uint8Array([1]), tags: ['t'], stamp: 1, ttlMs: 1000 };
const lease = { name: 'l', token: 1 };

export interface Operation {
  readonly operation: string;
  readonly limitMs: number;
  readonly args: readonly unknown[];
  readonly answer: unknown;
  readonly call: (store: GuardedStore) => Promise<unknown>;
}
const of = (
  operation: string,
  limitMs: number,
  args: readonly unknown[],
  answer: unknown,
  call: Operation['call'],
): Operation => ({ operation, limitMs, args, answer, call });

/** Every operation that takes part in the breaker. */
export const operations: readonly Operation[] = [
  of('getMany', 50, [[{ key: 'k' }]], [undefined], ({ cache }) => cache.getMany([{ key: 'k' }])),
  of('areCurrent', 50, [[{ tags: ['t'], stamp: 1 }]], [true], ({ cache }) =>
    cache.areCurrent([{ tags: ['t'], stamp: 1 }]),
  ),
  of('stamp', 50, [], 1, ({ cache }) => cache.stamp()),
  of('setMany', 1000, [[write]], [true], ({ cache }) => cache.setMany([write])),
  of('delete', 2000, [['k']], undefined, ({ cache }) => cache.delete(['k'])),
  of('invalidateTags', 2000, [['t']], undefined, ({ cache }) => cache.invalidateTags(['t'])),
  of('clear', 2000, [], undefined, ({ cache }) => cache.clear()),
  of('acquire', 50, ['l', 9], { granted: true, lease }, async ({ leases }) => leases!.acquire('l', 9)),
  of('renew', 50, [lease, 9], true, async ({ leases }) => leases!.renew(lease, 9)),
  of('release', 50, [lease], true, async ({ leases }) => leases!.release(lease)),
  of('publish', 2000, ['t', 'x'], undefined, async ({ bus }) => bus!.publish('t', 'x')),
];
