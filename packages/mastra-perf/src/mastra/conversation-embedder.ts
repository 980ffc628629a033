import type { TextEmbedder } from '../pipeline/conversation.ts';
import type { EmbedReply } from '../pipeline/embedder-proxy.ts';

/** Where a model tells no limit. */
const MOST_PER_CALL = 64;
/** As much of a text as Mastra's memory embeds at once. */
const MOST_CHARACTERS = 16_384;

interface EmbedderLike {
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall?: number | PromiseLike<number | undefined> | undefined;
  doEmbed(options: { readonly values: string[] }): PromiseLike<EmbedReply>;
}

interface Found {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly vector?: readonly number[];
}

interface VectorsLike {
  query(question: {
    readonly indexName: string;
    readonly queryVector: number[];
    readonly topK: number;
    readonly filter: Readonly<Record<string, unknown>>;
    readonly includeVector: true;
  }): Promise<readonly Found[]>;
}

interface WithVectors {
  readonly embedder?: EmbedderLike;
  readonly embedderOptions?: object;
  readonly vector?: VectorsLike;
  getEmbeddingIndexName?(dimensions: number): string;
  getMergedThreadConfig?(): { readonly semanticRecall?: unknown };
}

/** The embedding model of a memory, and the vectors that the memory stores for its own semantic recall. */
export function conversationEmbedder(
  memory: object,
  { thread, resource }: { readonly thread: string; readonly resource: string | undefined },
): TextEmbedder | undefined {
  const own = memory as WithVectors;
  const { embedder, embedderOptions, vector } = own;
  if (typeof embedder !== 'object' || typeof embedder.doEmbed !== 'function') return undefined;
  const isIndexed = (): boolean => Boolean(own.getMergedThreadConfig?.().semanticRecall);
  return {
    model: `${embedder.provider}/${embedder.modelId}`,
    async embed(texts) {
      const size = Math.min((await embedder.maxEmbeddingsPerCall) ?? MOST_PER_CALL, MOST_PER_CALL);
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += size) {
        const values = texts.slice(start, start + size).map((text) => text.slice(0, MOST_CHARACTERS));
        const { embeddings } = await embedder.doEmbed({ ...embedderOptions, values });
        if (embeddings.length !== values.length) throw new TypeError('as many vectors as texts are needed');
        vectors.push(...embeddings.map((embedding) => Float32Array.from(embedding)));
      }
      return vectors;
    },
    async stored(ids, like) {
      const indexName = own.getEmbeddingIndexName?.(like.length);
      const found = new Map<string, Float32Array>();
      if (!vector || indexName === undefined || !isIndexed()) return found;
      const rows = await vector.query({
        indexName,
        queryVector: [...like],
        topK: ids.length,
        filter: {
          ...(resource === undefined ? { thread_id: thread } : { resource_id: resource }),
          message_id: { $in: [...ids] },
        },
        includeVector: true,
      });
      for (const { metadata, vector: values } of rows)
        if (typeof metadata?.message_id === 'string' && values?.length === like.length)
          found.set(metadata.message_id, Float32Array.from(values));
      return found;
    },
  };
}
