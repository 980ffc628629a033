interface Holding {
  reserve(id: string, claims: readonly never[], holdMs: number): Promise<unknown>;
  extend(ids: readonly string[], holdMs: number): Promise<void>;
}

/** The same store, whose reservations hold for so long, whatever is asked for: for a process that is to die. */
export function withHoldsOf<S extends { readonly ledger: Holding }>(store: S, holdMs: number): S {
  const { ledger } = store;
  return {
    ...store,
    ledger: {
      ...ledger,
      reserve: (id: string, claims: readonly never[]) => ledger.reserve(id, claims, holdMs),
      extend: (ids: readonly string[]) => ledger.extend(ids, holdMs),
    },
  };
}
