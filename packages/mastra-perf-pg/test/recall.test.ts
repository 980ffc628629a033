import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { PgVector } from '@mastra/pg';
import { mockEmbedder, mockModel, service, startPglite, startPostgres } from '@mastra-perf/testkit';
import { createPerf, type PerfOptions } from 'mastra-perf';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBare, openFast } from './fast-store.ts';

/* What is recalled from messages in a real Postgres, and what that sends to it. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
/** Has vectors, which the other one has not. */
const pglite = await service(startPglite, 'PGlite');
afterAll(() => pglite.skip ?? pglite.service.stop());

const FACT = 'my locker at the swimming pool has the code 4711';
const QUESTION = 'what is the code of my locker?';

interface Level {
  readonly name: string;
  readonly fast: boolean;
  readonly storage: NonNullable<PerfOptions['storage']>;
}

const levels: readonly Level[] = [
  { name: 'PostgresStore', fast: false, storage: true },
  { name: 'fastPostgres()', fast: true, storage: true },
  { name: 'written behind', fast: true, storage: { writes: 'behind' } },
];

async function start({ fast, storage }: Level, recall: boolean) {
  const opened = await (fast ? openFast : openBare)(postgres.service.connectionString);
  const vector = new PgVector({
    id: 'v',
    connectionString: pglite.service.connectionString,
    schemaName: opened.schemaName,
    max: 2,
  });
  const perf = createPerf({ cache: false, storage, context: { maxTokens: 4000, recall } });
  onTestFinished(async () => {
    await perf.close();
    await vector.disconnect();
  });
  const faults: unknown[] = [];
  perf.on('fault', (fault) => faults.push(fault));
  const prompts: string[] = [];
  const embedder = mockEmbedder();
  const memory = new Memory({
    storage: opened.store,
    vector,
    embedder: embedder as never,
    options: { lastMessages: 4, semanticRecall: { topK: 1, messageRange: 0, scope: 'thread' } },
  });
  const respond = (asked: { readonly prompt: unknown }) => {
    prompts.push(JSON.stringify(asked.prompt));
    return { text: 'I see' };
  };
  const model = mockModel({ spec: 'v3', respond } as never) as never;
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model, memory });
  new Mastra({ agents: { agent }, logger: false, storage: opened.store, processors: { perf } });
  const ask = (question: string) => agent.generate(question, { memory: { thread: 't', resource: 'r' } });
  return { ...opened, ask, prompts, faults, embedder };
}

describe.skipIf(postgres.skip ?? pglite.skip).each(levels)('recall, $name', (level) => {
  it('finds what was said, in two statements more', async () => {
    const statements: number[] = [];
    for (const recall of [false, true]) {
      const { ask, prompts, faults, sent, embedder } = await start(level, recall);
      for (const text of [FACT, ...Array.from({ length: 12 }, (_, turn) => `how are you, number ${turn}?`)])
        await ask(text);
      const before = sent.length;
      const texts = embedder.calls.texts.flat().length;
      await ask(QUESTION);
      statements.push(sent.length - before);
      expect(prompts.at(-1)!.includes('4711')).toBe(recall);
      // The question once for Mastra's own recall, and what is stored of this run.
      const embedded = embedder.calls.texts.flat().slice(texts);
      expect(embedded.filter((text) => text === FACT)).toEqual([]);
      expect(faults).toEqual([]);
    }
    const [without, withRecall] = statements as [number, number];
    expect(withRecall - without).toBe(2);
  });
});
