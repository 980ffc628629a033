import { PerfConfigError } from 'mastra-perf';

/** How vectors are found. An index of type `flat` is none, which Mastra would replace at the next call. */
export interface VectorIndexConfig {
  readonly type?: 'hnsw' | 'ivfflat';
  readonly hnsw?: { readonly m?: number; readonly efConstruction?: number };
  readonly ivf?: { readonly lists?: number };
}

export interface VectorIndexOptions {
  /** Of the `Memory` it is `memory_messages`, and with another dimension than 1536 `memory_messages_<dimension>`. */
  readonly indexName: string;
  readonly dimension: number;
  /** @default { type: 'hnsw' } */
  readonly indexConfig?: VectorIndexConfig;
  /** Fields of the metadata that are filtered by. @default ['thread_id', 'resource_id'] */
  readonly metadataIndexes?: readonly string[];
}

/** `PgVector` of @mastra/pg. */
export interface VectorLike {
  createIndex(options: object): Promise<void>;
}

/** `Memory` of @mastra/memory, with a vector store and an embedder. */
export interface MemoryLike {
  readonly vector?: object | undefined;
}

/**
 * Makes the index of semantic recall as it is configured, with indexes on the metadata that recall filters by. The agent makes
 * it without both, and then reads the vectors of all users for each question; what it finds made, it leaves. To be awaited
 * before the first call. A second time is cheap.
 *
 * Of a `Memory`, name, dimension and configuration are its own; one text is embedded to learn the dimension, unless it is given.
 *
 * @throws PerfConfigError for what the agent would throw away again: another metric than cosine, no index
 * @example
 * await warmVectorIndex(memory);
 */
export function warmVectorIndex(memory: MemoryLike, options?: Partial<VectorIndexOptions>): Promise<void>;
export function warmVectorIndex(vector: VectorLike, options: VectorIndexOptions): Promise<void>;
export async function warmVectorIndex(
  target: MemoryLike | VectorLike,
  options: Partial<VectorIndexOptions> = {},
): Promise<void> {
  const { vector, ...found } = await partsOf(target, options);
  const indexConfig = options.indexConfig ?? found.indexConfig ?? { type: 'hnsw' };
  const { metadataIndexes = ['thread_id', 'resource_id'] } = options;
  checkKept(indexConfig);
  const { indexName, dimension } = found;
  if (typeof indexName !== 'string' || indexName === '')
    throw wrong('indexName', indexName, 'the name of an index');
  if (!Number.isInteger(dimension) || Number(dimension) < 1)
    throw wrong('dimension', dimension, 'the number of components of a vector');
  await vector.createIndex({
    indexName,
    dimension,
    metric: 'cosine',
    indexConfig: { ...indexConfig, type: indexConfig.type ?? (indexConfig.ivf ? 'ivfflat' : 'hnsw') },
    metadataIndexes: [...metadataIndexes],
  });
}

interface Parts {
  readonly vector: VectorLike;
  readonly indexName?: unknown;
  readonly dimension?: unknown;
  readonly indexConfig?: VectorIndexConfig | undefined;
}

async function partsOf(
  target: object,
  { indexName, dimension }: Partial<VectorIndexOptions>,
): Promise<Parts> {
  if (isVector(target)) return { vector: target, indexName, dimension };
  const memory = (target ?? {}) as Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>> &
    MemoryLike;
  if (typeof memory['getEmbeddingIndexName'] !== 'function')
    throw wrong('target', target, 'a PgVector of @mastra/pg, or a Memory');
  if (!isVector(memory.vector)) throw wrong('memory.vector', memory.vector, 'a Memory with a PgVector');
  const size = dimension ?? (await memory['getEmbeddingDimension']?.());
  const config = memory['getMergedThreadConfig']?.({}) as { semanticRecall?: unknown } | undefined;
  const recall = config?.semanticRecall;
  const indexConfig =
    typeof recall === 'object' && recall !== null && 'indexConfig' in recall
      ? (recall.indexConfig as VectorIndexConfig)
      : undefined;
  const name = indexName ?? memory['getEmbeddingIndexName'](size);
  return { vector: memory.vector, indexName: name, dimension: size, indexConfig };
}

const isVector = (value: unknown): value is VectorLike =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'createIndex') === 'function';

/** Mastra's recall asks for an index by cosine, of no matter which type, and builds one where there is none. */
function checkKept(indexConfig: VectorIndexConfig & { readonly metric?: unknown }): void {
  const { type, metric = 'cosine' } = indexConfig;
  if (metric !== 'cosine')
    throw wrong('indexConfig.metric', metric, "'cosine', which agents replace any other by");
  if (type !== undefined && type !== 'hnsw' && type !== 'ivfflat')
    throw wrong('indexConfig.type', type, "'hnsw' or 'ivfflat'; agents replace a flat index by ivfflat");
}

const wrong = (name: string, given: unknown, accepted: string): PerfConfigError =>
  new PerfConfigError(`warmVectorIndex.${name}`, given, accepted);
