import {
  MastraVector,
  type CreateIndexParams,
  type QueryResult,
  type QueryVectorParams,
  type UpsertVectorParams,
} from '@mastra/core/vector';

interface Row {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Record<string, unknown>;
}

/** A vector store of one index that compares exactly. What Mastra recalls does not depend on the store, only how long it takes. */
export class InMemoryVectors extends MastraVector {
  readonly #rows = new Map<string, Row>();

  constructor() {
    super({ id: 'in-memory' });
  }

  override async upsert({ vectors, metadata = [], ids = [] }: UpsertVectorParams): Promise<string[]> {
    for (const [place, vector] of vectors.entries()) {
      const id = ids[place] ?? `row-${this.#rows.size}`;
      this.#rows.set(id, { id, vector: unit(vector), metadata: metadata[place] ?? {} });
    }
    return ids;
  }

  override async query({ queryVector = [], topK = 10 }: QueryVectorParams): Promise<QueryResult[]> {
    const asked = unit(queryVector);
    return [...this.#rows.values()]
      .map(({ id, vector, metadata }) => ({ id, score: dot(vector, asked), metadata }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, topK);
  }

  override createIndex(_: CreateIndexParams): Promise<void> {
    return Promise.resolve();
  }

  override listIndexes(): Promise<string[]> {
    return Promise.resolve([]);
  }

  override describeIndex(): never {
    throw new Error('not needed');
  }

  override deleteIndex(): never {
    throw new Error('not needed');
  }

  override updateVector(): never {
    throw new Error('not needed');
  }

  override deleteVector(): never {
    throw new Error('not needed');
  }

  override deleteVectors(): never {
    throw new Error('not needed');
  }
}

function unit(vector: readonly number[]): Float32Array {
  const values = Float32Array.from(vector);
  const norm = Math.sqrt(dot(values, values)) || 1;
  return values.map((value) => value / norm);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
