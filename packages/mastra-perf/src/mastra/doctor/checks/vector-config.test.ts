import { expect, test } from 'vitest';
import type { VectorTable } from '../vector-tables.ts';
import { configIgnored } from './vector-config.ts';

const table = (definition: string | undefined, isPartial = false): VectorTable => ({
  schema: 'public',
  name: 'memory_messages',
  rows: 0,
  isOfRecall: true,
  definitions: [],
  vectorIndex:
    definition === undefined
      ? undefined
      : {
          name: 'memory_messages_vector_idx',
          method: definition.startsWith('USING hnsw') ? 'hnsw' : 'ivfflat',
          definition,
          operators: 'vector_cosine_ops',
          bytes: 0,
          isPartial,
        },
});
const IVFFLAT = table("USING ivfflat (embedding vector_cosine_ops) WITH (lists='100')");
const HNSW = table("USING hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='64')");
const of = (agent: string, indexConfig?: object) => ({ agent, indexConfig });

test.each([
  ['the type', IVFFLAT, { type: 'hnsw' }, 'there is ivfflat lists=100'],
  ['a number', HNSW, { type: 'hnsw', hnsw: { m: 32 } }, 'there is hnsw m=16 ef_construction=64'],
  ['the number of lists', IVFFLAT, { type: 'ivfflat', ivf: { lists: 10 } }, 'there is ivfflat lists=100'],
  ['that there is one', table(undefined), { type: 'hnsw' }, 'there is no index'],
])('%s of an index that is configured and not there is told', (_name, found, config, what) => {
  const findings = configIgnored('here', found, [of('a', config)], true);
  expect(findings).toMatchObject([
    { code: 'MASTRA_PERF_VECTOR_CONFIG_IGNORED', what: expect.stringContaining(what) },
  ]);
});

test.each([
  ['as it is configured', HNSW, { type: 'hnsw', hnsw: { m: 16, efConstruction: 64 } }],
  ['of the configured type', HNSW, { type: 'hnsw' }],
  ['of any kind where none is configured', IVFFLAT, undefined],
  ['where none at all is wanted, which Mastra does not know', IVFFLAT, { type: 'flat' }],
  ['that somebody has made for some rows', table('USING hnsw (…) WHERE false', true), { type: 'ivfflat' }],
])('an index %s is not', (_name, found, config) => {
  expect(configIgnored('here', found, [of('a', config)], true)).toEqual([]);
});

test('of several tables it is not known whose they are, unless no memory has what it wants', () => {
  const recalls = [of('a', { type: 'hnsw' }), of('b')];
  expect(configIgnored('here', IVFFLAT, recalls, true)).toHaveLength(1);
  expect(configIgnored('here', IVFFLAT, recalls, false)).toEqual([]);
  const [both] = configIgnored('here', IVFFLAT, [recalls[0]!, of('b', { type: 'hnsw' })], false);
  expect(both!.what).toContain('of "a", "b"');
});
