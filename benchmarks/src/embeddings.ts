import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { createPerf, memoryStore, type Perf, type PerfStore } from 'mastra-perf';
import { CountingVectors } from './embeddings/counting-vectors.ts';
import { createProvider, vectorOf, type Provider } from './embeddings/provider.ts';
import { medians } from './measure.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const TEXTS = 2_000;
const LATENCY_MS = 50;
const PARALLEL = 8;
const PER_REQUEST = 96;
const FEWER_REQUESTS = 10;
const TIMES_FASTER = 5;
const ROUNDS = { warm: 20, measured: 200 };
const BATCH = 100;

/** How often an embedding model is asked, and how long that takes, with Mastra's own path and with the plugin. */
export async function embeddings(): Promise<readonly Table[]> {
  return [await saving(), await hits()];
}

async function saving(): Promise<Table> {
  const texts = textsOf('saved');
  const store = memoryStore({ maxEntries: 10 * TEXTS });
  const cases: [name: string, run: () => Promise<Measured>][] = [
    ['Mastra: memory.saveMessages()', () => saved(texts)],
    ['with the plugin', () => saved(texts, store)],
    ['with the plugin, another process', () => saved(texts, store)],
    ['perf.batchEmbeddings()', () => batched(textsOf('batched'))],
  ];
  const measured: Measured[] = [];
  for (const [, run] of cases) measured.push(await run());
  const [mastra, ours, second] = measured as [Measured, Measured, Measured];
  const wrong = [
    ...measured.flatMap(({ stored }, at) =>
      stored === TEXTS ? [] : [`${cases[at]?.[0]}: ${stored} vectors of ${TEXTS}`],
    ),
    ...(ours.requests * FEWER_REQUESTS > mastra.requests
      ? [`${ours.requests} requests, not ${FEWER_REQUESTS} times fewer`]
      : []),
    ...(ours.ms * TIMES_FASTER > mastra.ms
      ? [`${ours.ms.toFixed(0)} ms, not ${TIMES_FASTER} times faster`]
      : []),
    ...(second.requests > 0 ? [`${second.requests} requests for what the store has`] : []),
  ];
  return {
    title: `${TEXTS} messages saved at once, ${LATENCY_MS} ms for each request, ${PARALLEL} at a time`,
    columns: ['case', 'requests', 'texts sent', 'ms'],
    rows: measured.map(({ requests, texts: sent, ms }, at) => [
      cases[at]?.[0] ?? '',
      String(requests),
      String(sent),
      ms.toFixed(0),
    ]),
    notes: [
      `The model takes ${PER_REQUEST} texts in a request and answers vectors of 1,536 numbers; the vector store keeps nothing.`,
      `Aim: ${FEWER_REQUESTS} times fewer requests, ${TIMES_FASTER} times faster. Here: ${(mastra.requests / ours.requests).toFixed(0)} and ${(mastra.ms / ours.ms).toFixed(1)}.`,
      versionsLine('@mastra/core', '@mastra/memory'),
    ],
    wrong,
  };
}

interface Measured {
  readonly requests: number;
  readonly texts: number;
  readonly stored: number;
  readonly ms: number;
}

async function saved(texts: readonly string[], store?: PerfStore): Promise<Measured> {
  const provider = createProvider(LATENCY_MS, PARALLEL, PER_REQUEST);
  const { memory, vectors, perf } = rememberedBy(provider, store && createPerf({ store }));
  const measured = await timed(() => save(memory, texts));
  await perf?.close();
  return { ...provider.counted(), stored: vectors.stored, ms: measured };
}

async function batched(texts: readonly string[]): Promise<Measured> {
  const provider = createProvider(LATENCY_MS, PARALLEL, PER_REQUEST);
  await using perf = createPerf();
  let stored = 0;
  const ms = await timed(async () => {
    stored = (await perf.batchEmbeddings(provider.model, texts)).length;
  });
  return { ...provider.counted(), stored, ms };
}

async function hits(): Promise<Table> {
  const texts = Array.from(
    { length: BATCH },
    (_, at) => `a text of usual length, as people write it in a chat, number ${at}`,
  );
  const provider = createProvider(0, Infinity, PER_REQUEST);
  await using perf = createPerf();
  const { memory } = rememberedBy(createProvider(0, Infinity, PER_REQUEST), undefined);
  const cached = memory as unknown as {
    embedMessageContent(text: string): Promise<{ readonly embeddings: number[][] }>;
  };
  const embedder = perf.embedder(provider.model);
  await Promise.all([
    perf.batchEmbeddings(provider.model, texts),
    ...texts.map((text) => cached.embedMessageContent(text)),
  ]);
  provider.counted();
  const text = texts[7] as string;
  const one = "Mastra's LRU, one text";
  const ms = await medians(
    [
      { name: one, run: () => repeated(() => cached.embedMessageContent(text)) },
      { name: 'plugin, one text', run: () => repeated(() => embedder.doEmbed({ values: [text] })) },
      { name: `plugin, per text of ${BATCH}`, run: () => embedder.doEmbed({ values: texts }) },
    ],
    ROUNDS,
  );
  const { embeddings: found } = await embedder.doEmbed({ values: texts });
  const isRight = found.every((vector, at) =>
    vector.every((number, place) => Object.is(number, vectorOf(texts[at] as string)[place])),
  );
  return {
    title: 'A text whose vector is in memory',
    columns: ['case', 'µs per text', 'hands out'],
    rows: [...ms].map(([name, value]) => [
      name,
      ((value * 1000) / BATCH).toFixed(1),
      name === one ? 'its own array' : 'a copy',
    ]),
    notes: [
      'Vectors of 1,536 numbers. Mastra hands out the array that it keeps: whoever changes it changes it for all who come later. Of our time most goes into the copy and the key.',
    ],
    wrong: [
      ...(provider.counted().requests > 0 ? ['the model was asked for what is in memory'] : []),
      ...(isRight ? [] : ['a vector from memory differs from that of the model']),
    ],
  };
}

async function repeated(work: () => Promise<unknown>): Promise<void> {
  for (let at = 0; at < BATCH; at++) await work();
}

function rememberedBy(provider: Provider, perf: Perf | undefined) {
  const storage = new InMemoryStore();
  const vectors = new CountingVectors();
  const memory = new Memory({
    storage,
    vector: vectors,
    embedder: provider.model as never,
    options: { semanticRecall: { topK: 2, messageRange: 1 } },
  });
  new Mastra({ memory: { memory }, logger: false, storage, ...(perf && { processors: { perf } }) });
  return { memory, vectors, perf };
}

const save = (memory: Memory, texts: readonly string[]): Promise<unknown> =>
  memory.saveMessages({
    messages: texts.map((text, at) => ({
      id: `m${at}`,
      role: at % 2 === 0 ? 'user' : 'assistant',
      threadId: 't',
      resourceId: 'r',
      createdAt: new Date(1_750_000_000_000 + at),
      content: { format: 2, parts: [{ type: 'text', text }] },
    })) as never,
  });

const textsOf = (name: string): string[] =>
  Array.from(
    { length: TEXTS },
    (_, at) => `${name}: a message of some length, as people write them, number ${at}`,
  );

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
