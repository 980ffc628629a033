type ListIndexes = (this: object) => Promise<readonly unknown[]>;

/** Opens the connection of a vector store by asking which indexes it has; `undefined` for one that cannot tell. */
export async function warmVectors(vectors: unknown): Promise<number | undefined> {
  if (typeof vectors !== 'object' || vectors === null) return undefined;
  const list: unknown = Reflect.get(vectors, 'listIndexes');
  if (typeof list !== 'function') return undefined;
  const indexes = await (list as ListIndexes).call(vectors);
  return Array.isArray(indexes) ? indexes.length : 0;
}
