/** No thread and no run has this id. */
const NOBODY = 'mastra-perf-warm-up';

/** What is used of Mastra's storages. */
interface StorageLike {
  getStore(name: string): Promise<object | undefined>;
}

type Read = (this: object, query: object) => Promise<unknown>;

/** Reads that every agent makes, with an answer of nothing. */
const READS = [
  { domain: 'memory', method: 'getThreadById', query: { threadId: NOBODY } },
  { domain: 'workflows', method: 'getWorkflowRunById', query: { runId: NOBODY, workflowName: NOBODY } },
  { domain: 'memory', method: 'listMessages', query: { threadId: NOBODY, page: 0, perPage: 1 } },
] as const;

const isStorage = (storage: unknown): storage is StorageLike =>
  typeof storage === 'object' && storage !== null && typeof Reflect.get(storage, 'getStore') === 'function';

/**
 * Has a storage make what it makes before its first answer (tables, indexes), as an agent would, and reads of it so many times at once: a
 * pool opens a connection for each. Tells whether it was one that can be read.
 */
export async function warmStorage(storage: unknown, connections: number): Promise<boolean> {
  if (!isStorage(storage)) return false;
  const reads: Array<() => Promise<unknown>> = [];
  for (const { domain, method, query } of READS) {
    const store = await storage.getStore(domain);
    const read: unknown = store && Reflect.get(store, method);
    if (store && typeof read === 'function') reads.push(() => (read as Read).call(store, query));
  }
  const lane = async (first: number): Promise<void> => {
    for (const [index] of reads.entries()) await reads[(first + index) % reads.length]?.();
  };
  await Promise.all(Array.from({ length: connections }, (_, first) => lane(first)));
  return reads.length > 0;
}

/** The storage of a memory, which throws where it has none. */
export function storageOf(memory: unknown): unknown {
  try {
    return typeof memory === 'object' && memory !== null ? Reflect.get(memory, 'storage') : undefined;
  } catch {
    return undefined; // none was configured
  }
}
