import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { isPerfError, type PerfConfigError } from 'mastra-perf';
import { postgresStore } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { nameOf, rowsOf, type OptionRow } from '../src/docs/options/option-rows.ts';
import type { OptionType } from '../src/docs/options/option-types.ts';
import { optionsPage } from '../src/docs/options/options-page.ts';
import { readOptions } from '../src/docs/options/read-options.ts';
import { ROOT } from '../src/docs/repository.ts';

const reference = await readOptions();
const all = [reference.perf, ...reference.others];

const rowsIn = (title: string): readonly OptionRow[] =>
  all.find((one) => one.title.startsWith(title))?.rows ?? [];

const sourceOf = (file: string): Promise<Readonly<Record<string, unknown>>> =>
  import(pathToFileURL(path.join(ROOT, 'packages/mastra-perf/src', file)).href);

describe('docs/options.md', () => {
  it('is what the schemas and their types say; `./dev docs` writes it', () => {
    expect(readFileSync(path.join(ROOT, 'docs/options.md'), 'utf8')).toBe(optionsPage(reference));
  });

  it('has the options of stores, which are checked by hand', () => {
    for (const [title, store] of [
      ['redisStore', redisStore],
      ['postgresStore', postgresStore],
    ] as const) {
      const known = acceptedBy(() => store({ nonsense: true } as never)).replace(/^.*there are /, '');
      const names = rowsIn(title)
        .filter(({ path: steps }) => steps.length === 1)
        .map(({ path: steps }) => nameOf(steps));
      expect(names.length).toBeGreaterThan(4);
      expect(known.split(/, | and /).toSorted()).toEqual(names.toSorted());
    }
  });
});

describe('a default that is told', () => {
  const written = all.flatMap(({ title, rows }) =>
    rows.flatMap((row) => (row.schema && isLiteral(row.fallback) ? [{ title, row }] : [])),
  );

  it('is there, and is a value that the option accepts', () => {
    expect(written.length).toBeGreaterThan(60);
    const refused = written.filter(({ row }) => parsed(row) === undefined);
    expect(refused.map(({ title, row }) => `${title}: ${nameOf(row.path)}`)).toEqual([]);
  });

  /** Where defaults are kept, and below which option of what they belong. */
  const KEPT: readonly (readonly [file: string, name: string, title: string, below: string])[] = [
    ['cache/options.ts', 'CACHE_DEFAULTS', 'createPerf', 'cache'],
    ['cache/options.ts', 'CACHE_BOUNDS', 'createPerf', 'cache'],
    ['coalesce/options.ts', 'COALESCE_DEFAULTS', 'createPerf', 'coalesce'],
    ['embeddings/options.ts', 'EMBEDDING_DEFAULTS', 'createPerf', 'embeddings'],
    ['embeddings/options.ts', 'EMBEDDING_BOUNDS', 'createPerf', 'embeddings'],
    ['semantic/options.ts', 'SEMANTIC_DEFAULTS', 'createPerf', 'cache.semantic'],
    ['semantic/options.ts', 'SEMANTIC_BOUNDS', 'createPerf', 'cache.semantic'],
    ['limits/options.ts', 'LIMIT_DEFAULTS', 'createPerf', 'limits'],
    ['history/options.ts', 'STORAGE_DEFAULTS', 'createPerf', 'storage'],
    ['dashboard/options.ts', 'DASHBOARD_DEFAULTS', 'createPerf', 'dashboard'],
    ['lifecycle/warm-up-options.ts', 'WARM_UP_DEFAULTS', 'perf.warmup', ''],
    ['lifecycle/pool-options.ts', 'POOL_DEFAULTS', 'new AgentPool', ''],
    ['batch/options.ts', 'BATCHER_DEFAULTS', 'new MessageBatcher', ''],
    ['embeddings/documents/processor-options.ts', 'PROCESSOR_DEFAULTS', 'new DocumentProcessor', ''],
    ['embeddings/documents/processor-options.ts', 'CHUNKING_DEFAULTS', 'new DocumentProcessor', 'chunking'],
  ];

  it.each(KEPT)('is the one of %s: %s', async (file, name, title, below) => {
    const kept = Object.entries((await sourceOf(file))[name] as object);
    expect(kept.length).toBeGreaterThan(0);
    for (const [option, value] of kept) {
      const full = below === '' ? option : `${below}.${option}`;
      const row = rowsIn(title).find(({ path: steps }) => nameOf(steps) === full);
      expect(row, `${title} has no option ${full}`).toBeDefined();
      // None is what nothing and 0 do.
      const told =
        row && isLiteral(row.fallback)
          ? parsed(row)
          : [0, undefined, {}, []].find((none) => isSame(none, value));
      expect({ [full]: told }).toEqual({ [full]: value });
    }
  });

  it('is the one of createPerf() itself, for each feature', async () => {
    const { resolveOptions } = (await sourceOf('options.ts')) as {
      resolveOptions(given: object): { forAgent(names: readonly string[]): object };
    };
    const settings = resolveOptions({});
    const found: Readonly<Record<string, unknown>> = { ...settings, ...settings.forAgent([]) };
    const features = rowsIn('createPerf').filter(
      ({ path: steps, accepted }) => steps.length === 1 && accepted.startsWith('true'),
    );
    expect(features.length).toBeGreaterThan(8);
    for (const {
      path: [name = ''],
      fallback,
    } of features)
      expect({ [name]: String(found[name] !== false) }).toEqual({ [name]: fallback });
  });
});

describe('options and their types', () => {
  const type = (names: readonly string[]): OptionType => ({
    names: () => names,
    option: ([name = '']) =>
      names.includes(name)
        ? {
            what: 'Something.',
            fallback: undefined,
            declared: 'string',
            isOptional: true,
            isAlternative: false,
          }
        : undefined,
  });
  const schema = z.strictObject({ one: z.optional(z.string()), two: z.optional(z.string()) });

  it('are the same', () => {
    expect(rowsOf(schema, type(['one', 'two'])).map(({ path: steps }) => steps)).toEqual([['one'], ['two']]);
    expect(() => rowsOf(schema, type(['one', 'two', 'three']))).toThrow('expected three in the schema');
    expect(() => rowsOf(schema, type(['one']))).toThrow('expected two in the type');
  });

  it('are as needed in one as in the other', () => {
    const needed = z.strictObject({ one: z.string() });
    expect(() => rowsOf(needed, type(['one']))).toThrow('expected one to be optional in both');
  });
});

function isLiteral(text: string | undefined): text is string {
  return text !== undefined && /^('[^']*'|\[.*\]|[\d_.]+|true|false)$/.test(text);
}

/** As the schema gives it on: durations in milliseconds, sizes in bytes. */
function parsed({ schema, fallback = '' }: OptionRow): unknown {
  const value: unknown = structuredClone(runInNewContext(`(${fallback})`));
  const result = schema && z.safeParse(schema, value);
  return result?.success ? result.data : undefined;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function acceptedBy(refused: () => unknown): string {
  try {
    refused();
  } catch (error) {
    if (isPerfError(error) && error.code === 'MASTRA_PERF_CONFIG') return (error as PerfConfigError).accepted;
    throw error;
  }
  throw new Error('expected a PerfConfigError');
}
