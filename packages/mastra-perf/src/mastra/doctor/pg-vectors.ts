import { isObject } from '../../base/record.ts';
import { hasMethods, field, isPool, textField, type PoolLike } from './shapes.ts';

/** Semantic recall of one agent's memory. */
export interface Recall {
  readonly agent: string;
  /** `semanticRecall.indexConfig`. */
  readonly indexConfig: object | undefined;
}

/** A `PgVector` of @mastra/pg. */
export interface PgVectors {
  readonly where: string;
  readonly pool: PoolLike;
  /** The schemas of the connection if there is none. */
  readonly schema: string | undefined;
  readonly recalls: readonly Recall[];
}

export function pgVectors(where: string, vector: object, recalls: readonly Recall[]): PgVectors | undefined {
  const pool = field(vector, 'pool');
  if (!isPool(pool) || !hasMethods(vector, 'createIndex', 'upsert', 'query')) return undefined;
  return { where, pool, schema: textField(vector, 'schema'), recalls };
}

export function recallOf(agent: string, memory: object): Recall | undefined {
  const recall = field(field(memory, 'threadConfig'), 'semanticRecall');
  if (recall === undefined || recall === false) return undefined;
  const indexConfig = field(recall, 'indexConfig');
  return { agent, indexConfig: isObject(indexConfig) ? indexConfig : undefined };
}
