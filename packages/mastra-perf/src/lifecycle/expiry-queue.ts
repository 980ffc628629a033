/** Something that expires. */
export interface Expiring {
  /** Milliseconds on a steady clock. */
  expiresAt: number;
}

/** What expires next. An entry whose time has moved on, or that is gone, is found out when its turn comes. */
export interface ExpiryQueue<E extends Expiring> {
  readonly size: number;
  add(entry: E): void;
  /** When the first one is due; it may have been touched since. */
  next(): number | undefined;
  /** Takes out all that are due. */
  due(now: number): E[];
  /** Forgets those for which this is false. */
  keep(isLive: (entry: E) => boolean): void;
}

interface Turn<E> {
  readonly at: number;
  readonly entry: E;
}

/** A binary heap: a million entries cost twenty comparisons each. */
export function createExpiryQueue<E extends Expiring>(): ExpiryQueue<E> {
  let heap: Turn<E>[] = [];
  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY;

  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (one && other) [heap[a], heap[b]] = [other, one];
  };
  const rise = (from: number): void => {
    for (let index = from; index > 0;) {
      const parent = (index - 1) >> 1;
      if (at(parent) <= at(index)) return;
      swap(index, parent);
      index = parent;
    }
  };
  const sink = (from: number): void => {
    for (let index = from; ;) {
      const left = 2 * index + 1;
      const child = at(left + 1) < at(left) ? left + 1 : left;
      if (at(child) >= at(index)) return;
      swap(index, child);
      index = child;
    }
  };
  const add = (entry: E): void => {
    heap.push({ at: entry.expiresAt, entry });
    rise(heap.length - 1);
  };
  const take = (): E | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first && last && first !== last) {
      heap[0] = last;
      sink(0);
    }
    return first?.entry;
  };

  return {
    get size() {
      return heap.length;
    },
    add,
    next: () => heap[0]?.at,
    due(now) {
      const due: E[] = [];
      while (at(0) <= now) {
        const entry = take();
        if (!entry) break;
        if (entry.expiresAt <= now) due.push(entry);
        else add(entry); // it was touched
      }
      return due;
    },
    keep(isLive) {
      const live = heap.filter(({ entry }) => isLive(entry));
      heap = [];
      for (const { entry } of live) add(entry);
    },
  };
}
