/** Objects that are listed here for as long as somebody else keeps them. */
export interface WeakList<T extends object> {
  add(one: T): void;
  all(): T[];
  clear(): void;
}

export function weakList<T extends object>(): WeakList<T> {
  const refs = new Set<WeakRef<T>>();
  const gone = new FinalizationRegistry<WeakRef<T>>((ref) => void refs.delete(ref));
  return {
    add(one) {
      const ref = new WeakRef(one);
      refs.add(ref);
      gone.register(one, ref);
    },
    all: () => [...refs].flatMap((ref) => ref.deref() ?? []),
    clear: () => refs.clear(),
  };
}
