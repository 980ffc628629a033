/** Batches that have a thread in common, one after the other. */
export interface ThreadOrder {
  /**
   * Joins the line of these threads.
   *
   * @returns `before` resolves when all that came before have left; `leave` must be called once
   */
  join(threads: Iterable<string>): { readonly before: Promise<void>; readonly leave: () => void };
}

export function createThreadOrder(): ThreadOrder {
  const last = new Map<string, Promise<void>>();
  return {
    join(given) {
      const threads = new Set(given);
      const { promise, resolve } = Promise.withResolvers<void>();
      const former = [...threads].flatMap((thread) => last.get(thread) ?? []);
      const before = Promise.all(former).then(() => undefined);
      for (const thread of threads) last.set(thread, promise);
      return {
        before,
        leave() {
          resolve(before); // who leaves before its turn lets nobody pass
          for (const thread of threads) if (last.get(thread) === promise) last.delete(thread);
        },
      };
    },
  };
}
