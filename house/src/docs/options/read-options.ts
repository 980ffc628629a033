import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../repository.ts';
import { nameOf, rowsOf, rowsOfType, type OptionRow } from './option-rows.ts';
import { optionTypes, type ReadType } from './option-types.ts';
import { OTHERS, PERF, type Reference } from './reference.ts';
import { acceptedBy, NAME, type Schema } from './schema-fields.ts';

/** The options of something. */
export interface ReferenceRows extends Reference {
  readonly rows: readonly OptionRow[];
}

export interface OptionsReference {
  readonly perf: ReferenceRows;
  /** What single agents may be given. */
  readonly agents: readonly OptionRow[];
  readonly others: readonly ReferenceRows[];
  /** What is accepted where a duration or a size is. */
  readonly duration: string;
  readonly size: string;
}

/** @throws Error where a schema and its type do not have the same options, or one of them is not described. */
export async function readOptions(): Promise<OptionsReference> {
  const read = optionTypes([PERF, ...OTHERS].map(({ file }) => `packages/${file}`));
  const all = await readOne(PERF, read);
  const isOfAgents = ({ path: [first, second] }: OptionRow): boolean => first === 'agents' && second === NAME;
  const perf = { ...all, rows: all.rows.filter((row) => !isOfAgents(row)) };
  const agents = all.rows.filter(isOfAgents).map((row) => ({ ...row, path: row.path.slice(2) }));
  const others = await Promise.all(OTHERS.map((one) => readOne(one, read)));
  const strange = agents.find((row) => !perf.rows.some((own) => nameOf(own.path) === nameOf(row.path)));
  if (strange)
    throw new Error(`expected ${nameOf(strange.path)} of agents among the options for all of them`);
  for (const { title, rows } of [perf, ...others]) {
    const bare = rows.find(({ what }) => what === '');
    if (bare) throw new Error(`${title}: expected a comment at ${nameOf(bare.path)} that says what it does`);
  }
  const { duration, byteSize } = await source('mastra-perf/src/base/schema.ts');
  const [durations, sizes] = [duration, byteSize].map((made) => acceptedBy((made as () => Schema)()) ?? '');
  return { perf, agents, others, duration: durations ?? '', size: sizes ?? '' };
}

async function readOne(one: Reference, read: ReadType): Promise<ReferenceRows> {
  const type = read(`packages/${one.file}`, one.type);
  if (one.schema === undefined) return { ...one, rows: rowsOfType(type, one.nested) };
  const schema = (await source(one.file))[one.schema] as Schema | undefined;
  if (!schema) throw new Error(`expected the schema ${one.schema} in packages/${one.file}`);
  try {
    return { ...one, rows: rowsOf(schema, type) };
  } catch (cause) {
    throw new Error(`${one.title}: ${(cause as Error).message}`, { cause });
  }
}

/** What is read are sources: no package exports its schemas. */
const source = (file: string): Promise<Readonly<Record<string, unknown>>> =>
  import(/* @vite-ignore */ pathToFileURL(path.join(ROOT, 'packages', file)).href);
