/** In this order: names that say it most clearly first. */
const WAYS: readonly PropertyKey[] = [Symbol.asyncDispose, Symbol.dispose, 'cleanup', 'close'];

/** Disposes of a resource by the first method that it has of these, or not at all. Rejects as that does. */
export async function disposeOf(resource: unknown): Promise<void> {
  if ((typeof resource !== 'object' && typeof resource !== 'function') || resource === null) return;
  for (const way of WAYS) {
    const method: unknown = Reflect.get(resource, way);
    if (typeof method !== 'function') continue;
    await (method.call(resource) as unknown);
    return;
  }
}
