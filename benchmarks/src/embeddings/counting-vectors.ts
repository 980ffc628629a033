import { MastraVector, type QueryResult, type UpsertVectorParams } from '@mastra/core/vector';

/** Counts the vectors that a memory stores, and keeps none: what is measured is how they are come by. */
export class CountingVectors extends MastraVector {
  stored = 0;

  constructor() {
    super({ id: 'counting' });
  }

  override async upsert({ vectors }: UpsertVectorParams): Promise<string[]> {
    this.stored += vectors.length;
    return vectors.map((_, at) => String(at));
  }

  override query(): Promise<QueryResult[]> {
    return Promise.resolve([]);
  }

  override createIndex(): Promise<void> {
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
