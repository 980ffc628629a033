import type { Clock } from '../../base/clock.ts';
import { createSlots, type Slots } from '../slots.ts';
import type { AskEmbedder } from './ask-embedder.ts';
import type { DocumentChunk } from './document.ts';
import { DocumentError, messageOf } from './document-error.ts';
import { embedChunks } from './embed-chunks.ts';
import { gather, type Gather } from './gather.ts';
import type { VectorIndex } from './vector-index.ts';
import type { VectorStoreLike } from './vector-store.ts';

/** The chunks of one document that are to be stored. */
export interface ChunkOwner {
  readonly documentId: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Whether it failed already: its other chunks are left alone. */
  readonly hasFailed: () => boolean;
  readonly failed: (error: DocumentError) => void;
  /** One of its chunks was stored, failed, or was left alone. */
  readonly done: (isStored: boolean) => void;
}

export interface ChunkItem {
  readonly owner: ChunkOwner;
  readonly chunk: DocumentChunk;
  readonly id: string;
  /** Which chunk of its document, from 0. */
  readonly at: number;
}

export interface ChunkDeskDeps {
  readonly store: VectorStoreLike;
  readonly index: VectorIndex;
  readonly indexName: string;
  readonly ask: AskEmbedder;
  readonly limits: {
    readonly items: number;
    readonly tokens: number;
    readonly requests: number;
    readonly upserts: number;
  };
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The run cannot go on. */
  readonly fatal: (error: unknown) => void;
}

interface Row {
  readonly item: ChunkItem;
  readonly vector: readonly number[];
}

/** Embeds and stores chunks of many documents together. A request that is answered makes room for the next while its vectors are stored. */
export function chunkDesk(deps: ChunkDeskDeps): Gather<ChunkItem> {
  const { limits, signal, clock, lingerMs, fatal, ask } = deps;
  const requests = createSlots(limits.requests);
  const upserts = createSlots(limits.upserts);

  const run = async (batch: readonly ChunkItem[]): Promise<void> => {
    const stored = new Set<ChunkItem>();
    try {
      const live = batch.filter(({ owner }) => !owner.hasFailed());
      if (live.length === 0 || signal.aborted) return;
      const texts = live.map(({ chunk }) => chunk.embedText ?? chunk.text);
      const answers = await within(requests, () => embedChunks(texts, ask, signal));
      const rows: Row[] = [];
      answers.forEach((answer, at) => {
        const item = live[at] as ChunkItem;
        if ('vector' in answer) rows.push({ item, vector: answer.vector });
        else fail(item, 'embed', answer.error);
      });
      const fitting = await ofRightLength(rows, deps.index);
      await within(upserts, () => storeRows(fitting, deps, (item) => stored.add(item)));
    } catch (error) {
      if (!signal.aborted) fatal(error);
    } finally {
      for (const item of batch) item.owner.done(stored.has(item));
    }
  };

  return gather({
    items: limits.items,
    weight: limits.tokens,
    weigh: ({ chunk }) => likelyTokens(chunk.embedText ?? chunk.text),
    parallel: limits.requests + limits.upserts,
    lingerMs,
    clock,
    run,
  });
}

/** English has 4.5 characters in a token, code and Chinese fewer. */
const likelyTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

function within<T>(slots: Slots, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => slots.run(() => work().then(resolve, reject)));
}

function fail({ owner, at }: ChunkItem, stage: 'embed' | 'store', cause: unknown): void {
  const { documentId } = owner;
  owner.failed(new DocumentError({ documentId, stage, chunk: at }, messageOf(cause), { cause }));
}

/** The first vector of a run tells whether it is the embedder of this index; later ones can only be wrong by themselves. */
async function ofRightLength(rows: readonly Row[], index: VectorIndex): Promise<readonly Row[]> {
  const [first] = rows;
  if (!first) return rows;
  if (!index.isAccepted) await index.accept(first.vector.length);
  const { dimension } = index;
  return rows.filter(({ item, vector }) => {
    if (dimension === undefined || vector.length === dimension) return true;
    fail(
      item,
      'embed',
      new Error(`its vector has ${vector.length} numbers, those of the index ${dimension}`),
    );
    return false;
  });
}

/** When a batch is refused each of its documents is tried alone, so that one does not take others with it. */
async function storeRows(
  rows: readonly Row[],
  { store, indexName }: Pick<ChunkDeskDeps, 'store' | 'indexName'>,
  stored: (item: ChunkItem) => void,
): Promise<void> {
  if (rows.length === 0) return;
  const upsert = async (some: readonly Row[]): Promise<void> => {
    await store.upsert({
      indexName,
      ids: some.map(({ item }) => item.id),
      vectors: some.map(({ vector }) => vector as number[]),
      metadata: some.map(({ item: { owner, chunk } }) => ({
        ...owner.metadata,
        ...chunk.metadata,
        documentId: owner.documentId,
        text: chunk.text,
      })),
    });
    for (const { item } of some) stored(item);
  };
  try {
    return await upsert(rows);
  } catch {
    // Which of them it was is seen below, with the error of each.
  }
  const byOwner = new Map<ChunkOwner, Row[]>();
  for (const row of rows) {
    const own = byOwner.get(row.item.owner);
    if (own) own.push(row);
    else byOwner.set(row.item.owner, [row]);
  }
  for (const own of byOwner.values())
    await upsert(own).catch((error: unknown) => fail((own[0] as Row).item, 'store', error));
}
