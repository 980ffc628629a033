import type { Recall } from '../pg-vectors.ts';
import type { Finding } from '../report.ts';
import { field } from '../shapes.ts';
import type { VectorIndex, VectorTable } from '../vector-tables.ts';

/**
 * When an agent recalls, Mastra makes the index without `semanticRecall.indexConfig`: an ivfflat one by cosine, on a table still empty.
 * `isOnlyOne`: no other table of recall is in the vector store.
 */
export function configIgnored(
  where: string,
  { vectorIndex }: VectorTable,
  recalls: readonly Recall[],
  isOnlyOne: boolean,
): Finding[] {
  if (vectorIndex?.isPartial) return []; // somebody's own, which Mastra leaves
  const built = vectorIndex ? builtIndex(vectorIndex) : 'no index';
  const ignored = recalls.filter(({ indexConfig }) => {
    const wanted = indexConfig && wantedOf(indexConfig);
    return wanted !== undefined && !wanted.every((part) => built.split(' ').includes(part));
  });
  const [first] = ignored;
  if (!first?.indexConfig) return [];
  // Which memory has which of several tables depends on the dimension of its embedder, which only a call would tell.
  if (!isOnlyOne && ignored.length < recalls.length) return [];
  const agents = ignored.map(({ agent }) => JSON.stringify(agent)).join(', ');
  return [
    {
      code: 'MASTRA_PERF_VECTOR_CONFIG_IGNORED',
      severity: 'problem',
      where,
      what: `semanticRecall.indexConfig (${wantedOf(first.indexConfig)?.join(' ')}) of ${agents} has no effect: there is ${built}, since Mastra does not pass it on when an agent recalls.`,
      fix: 'await warmVectorIndex(memory), of mastra-perf-pg, before the first call; or leave indexConfig away',
    },
  ];
}

/**
 * What is configured and can be seen in an index; `undefined` if that is nothing, or no index at all, which cannot be had: Mastra
 * makes ivfflat where it finds none.
 */
function wantedOf(config: object): string[] | undefined {
  const type = field(config, 'type');
  const hnsw = field(config, 'hnsw');
  const parts = [
    typeof type === 'string' && type !== 'flat' ? type : undefined,
    ...(type === 'hnsw'
      ? [numbered('m', field(hnsw, 'm')), numbered('ef_construction', field(hnsw, 'efConstruction'))]
      : []),
    ...(type === 'ivfflat' ? [numbered('lists', field(field(config, 'ivf'), 'lists'))] : []),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts : undefined;
}

const numbered = (name: string, value: unknown): string | undefined =>
  typeof value === 'number' ? `${name}=${value}` : undefined;

/** Such as `hnsw m=16 ef_construction=64`. */
function builtIndex({ method, definition }: VectorIndex): string {
  const settings = /WITH \((.*?)\)/.exec(definition)?.[1] ?? '';
  return [
    method,
    ...settings
      .split(', ')
      .filter(Boolean)
      .map((setting) => setting.replaceAll("'", '')),
  ].join(' ');
}
