import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { service, startPostgres, startRedis, startSimulatedProvider } from '@mastra-perf/testkit';
import { generateText } from 'ai';
import type { Perf } from 'mastra-perf';
import { monitoredPool, postgresStore } from 'mastra-perf-pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeBlocks, type CodeBlock } from '../src/docs/blocks/code-blocks.ts';
import { docAnswer } from '../src/docs/blocks/doc-answer.ts';
import { freePort } from '../src/docs/blocks/free-port.ts';
import { writeModules } from '../src/docs/blocks/write-modules.ts';
import { pages } from '../src/docs/repository.ts';

/*
 * Blocks run as they stand in their page, with what given/ gives them: the real providers of the AI SDK, Mastra's agents, stores
 * and databases, in front of a simulated OpenAI, a Redis and a Postgres.
 */

/** Blocks that are not run, by their page and a part of their code, and why. They are still type-checked. */
const NOT_RUN: readonly (readonly [page: string, part: string, why: string])[] = [
  ['docs/postgres.md', 'warmVectorIndex(memory)', 'needs pgvector, which the Postgres of tests has not'],
  [
    'docs/stores.md',
    'describePerfStore(',
    'registers tests, which cannot be done in a test; the adapters do it',
  ],
];

const redis = await service(startRedis, 'Redis');
const postgres = await service(startPostgres, 'Postgres');
const provider = await startSimulatedProvider({ answer: docAnswer });
const own = mkdtempSync(path.join(tmpdir(), 'docs-run-'));
const before = process.cwd();

const blocks = pages().flatMap(codeBlocks);
const isRun = ({ page, code, language }: CodeBlock): boolean =>
  language === 'ts' && !NOT_RUN.some(([at, part]) => at === page && code.includes(part));

/** Why a block cannot be run on this machine. */
function missingFor({ page, code }: CodeBlock): string | undefined {
  const text = `${page} ${code}`;
  if (redis.skip !== undefined && /redis/i.test(text)) return redis.skip;
  return /\bpool\b|postgres|-pg\b|DATABASE_URL|storage\.getStore/i.test(text) ? postgres.skip : undefined;
}

beforeAll(async () => {
  Object.assign(process.env, {
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: provider.url,
    ...(redis.skip === undefined && { REDIS_URL: redis.service.url }),
    ...(postgres.skip === undefined && { DATABASE_URL: postgres.service.connectionString }),
  });
  process.chdir(own); // some write files
  vi.spyOn(console, 'log').mockReturnValue();
  await import('../src/docs/given/common.ts');
}, 300_000);

afterAll(async () => {
  process.chdir(before);
  await provider.close();
  await (redis.skip ?? redis.service.stop());
  await (postgres.skip ?? postgres.service.stop());
  rmSync(own, { recursive: true, force: true });
});

describe('code in README.md and docs/', () => {
  const folder = path.resolve(import.meta.dirname, '../dist/docs-run');

  it.for(writeModules(blocks.filter(isRun), folder))(
    'runs: $page:$line',
    { timeout: 120_000 },
    async (module, { skip }) => {
      const missing = missingFor(module);
      skip(missing !== undefined, missing);
      process.env.PORT = String(await freePort());
      const { perf }: { readonly perf?: Perf } = await import(module.file);
      if (perf) await expectAnsweredOnce(perf);
    },
  );

  it.for(blocks.filter(({ language }) => language === 'sql'))(
    'runs: $page:$line',
    { timeout: 120_000 },
    async ({ code }, { skip }) => {
      skip(postgres.skip !== undefined, postgres.skip);
      const connectionString = postgres.service.connectionString;
      // Whoever follows the page makes the schema first, or has it from the store.
      const schema = code.includes('CREATE SCHEMA') ? 'docs_new' : 'docs_made';
      await using store = closing(postgresStore({ connectionString, schema: 'docs_made' }));
      await store.connect();
      await using pool = ending(monitoredPool({ connectionString }));
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$');
        await client.query(code.replaceAll('mastra_perf', schema));
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    },
  );

  it('is left out only where a block is what the table of exceptions says', () => {
    const used = NOT_RUN.filter(([page, part]) =>
      blocks.some((block) => block.page === page && block.code.includes(part)),
    );
    expect(used).toEqual(NOT_RUN);
  });
});

/** Whatever a page has set up asks the model once for the same question. */
async function expectAnsweredOnce(perf: Perf): Promise<void> {
  const { openai } = await import('@ai-sdk/openai'); // it reads OPENAI_BASE_URL once, when it is loaded
  const model = perf.model(openai('gpt-4o-mini'), { agent: 'docs' });
  const prompt = `Is it kept? ${Math.random()}`;
  const asked = provider.totals().requests;
  await generateText({ model, prompt });
  const again = await generateText({ model, prompt });
  // Shared is what is still on its way into the store.
  expect(['hit', 'shared']).toContain(perf.outcome(again)?.outcome);
  expect(provider.totals().requests).toBe(asked + 1);
  await perf.close();
}

const closing = <T extends { close(): Promise<void> }>(store: T): T & AsyncDisposable =>
  Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
const ending = <T extends { end(): Promise<void> }>(pool: T): T & AsyncDisposable =>
  Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
