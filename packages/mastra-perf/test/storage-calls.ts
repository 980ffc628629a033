import type { MastraCompositeStore } from '@mastra/core/storage';

export interface StorageCall {
  readonly domain: 'memory' | 'workflows';
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface StorageCalls {
  readonly calls: StorageCall[];
  /** Their names, and forgets them. */
  take(): string[];
}

/** Notes what the memory and workflows domains of a storage are asked for from outside, and lets `before` hold a call up. */
export function noteCalls(
  storage: MastraCompositeStore,
  before: (call: StorageCall) => Promise<void> | undefined = () => undefined,
): StorageCalls {
  const calls: StorageCall[] = [];
  for (const domain of ['memory', 'workflows'] as const) {
    const inner = storage.stores?.[domain];
    if (!inner || !storage.stores) throw new Error(`the storage has no ${domain}`);
    storage.stores[domain] = new Proxy(inner, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name === 'init' || name === '__registerMastra') return value.bind(target) as unknown;
        return (...args: unknown[]) => {
          const call = { domain, method: String(name), args };
          calls.push(call);
          const held = before(call);
          const run = () => Reflect.apply(value, target, args) as unknown;
          return held ? held.then(run) : run();
        };
      },
    }) as never;
  }
  return { calls, take: () => calls.splice(0).map(({ method }) => method) };
}
