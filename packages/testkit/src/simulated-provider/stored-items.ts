import type { ProviderMessage } from './provider-messages.ts';

const MAX_ITEMS = 10_000;

/** Output items of the responses protocol that later requests name by id instead of sending them again. */
export interface StoredItems {
  store(id: string, message: ProviderMessage): void;
  find(id: string): ProviderMessage | undefined;
  clear(): void;
}

export function storedItems(): StoredItems {
  const items = new Map<string, ProviderMessage>();
  return {
    store(id, message) {
      items.set(id, message);
      const [oldest] = items.keys();
      if (items.size > MAX_ITEMS && oldest !== undefined) items.delete(oldest);
    },
    find: (id) => items.get(id),
    clear: () => items.clear(),
  };
}
