import { setImmediate } from 'node:timers/promises';
import { canonicalHash } from '../../base/canonical-hash.ts';
import { orAborted } from '../../base/or-aborted.ts';
import { createSlots } from '../slots.ts';
import type { CheckpointEntry, DocumentCheckpoint } from './checkpoint.ts';
import type { ChunkItem, ChunkOwner } from './chunk-desk.ts';
import { chunkDocument, formFor, type ChunkDeps } from './chunk-document.ts';
import { chunkIds } from './chunk-ids.ts';
import type { DocumentChunk, DocumentResult, SourceDocument } from './document.ts';
import { DocumentError, messageOf, type DocumentStage } from './document-error.ts';
import { documentType } from './document-type.ts';
import { cleaned, extractText } from './extract-text.ts';
import type { ExtractFunction, LoadedDocument } from './processor-options.ts';
import { readContent, sizeOf } from './read-content.ts';

export interface DocumentFlowDeps extends ChunkDeps {
  readonly indexName: string;
  readonly extract: ExtractFunction | undefined;
  /** Of the embedder and what it is asked with. */
  readonly embedding: string;
  /** Of all options that make the chunks of a content what they are; `undefined` when that cannot be told. */
  readonly making: string | undefined;
  readonly maxDocumentBytes: number;
  readonly checkpoint: DocumentCheckpoint;
  /** What is stored of a document; asked together with others. */
  readonly lookUp: (id: string) => Promise<CheckpointEntry | undefined>;
  readonly store: (items: readonly ChunkItem[]) => void;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  /** Bytes of content that are held, and given back. */
  readonly hold: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Told how far a document has come, so that what waits for more of its kind knows that this one is there. */
export interface Come {
  /** It is being looked up. */
  readonly asked: () => void;
  /** Its chunks wait to be stored. */
  readonly cut: () => void;
}

/** Follows one document. */
export interface DocumentFlow {
  load(document: SourceDocument): Promise<LoadedDocument>;
  ingest(loaded: LoadedDocument, source: SourceDocument, isNew: boolean, come: Come): Promise<DocumentResult>;
}

/** PDFs that are read at the same time. */
const CUT_AT_ONCE = 2;

export function documentFlow(deps: DocumentFlowDeps): DocumentFlow {
  const { signal, checkpoint, indexName, embedding } = deps;
  const cutting = createSlots(CUT_AT_ONCE);

  const chunksOf = (loaded: LoadedDocument, source: SourceDocument): Promise<DocumentChunk[]> =>
    new Promise((resolve, reject) => {
      cutting.run(async () => {
        try {
          // One after the other they would hold up the event loop for as long as all of them take.
          await setImmediate();
          signal.throwIfAborted();
          const text = await at('extract', loaded.id, signal, () => textOf(loaded, deps));
          resolve(await at('chunk', loaded.id, signal, () => chunkDocument(text, loaded.type, source, deps)));
        } catch (error) {
          reject(error as Error);
        }
      });
    });

  const bring = async (
    { id, metadata }: LoadedDocument,
    entry: CheckpointEntry | undefined,
    chunks: readonly DocumentChunk[],
    hash: string | undefined,
    { cut }: Come,
  ): Promise<DocumentResult> => {
    const identity = { indexName, documentId: id, embedding, metadata };
    const ids = await at('chunk', id, signal, async () => chunkIds(chunks, identity));
    const there = new Set(entry?.chunks);
    const wanted = new Set(ids);
    const missing = ids.flatMap((chunkId, position) =>
      there.has(chunkId) ? [] : [{ id: chunkId, at: position, chunk: chunks[position] as DocumentChunk }],
    );
    const stale = [...new Set([...there, ...(entry?.doubtful ?? [])])].filter((one) => !wanted.has(one));
    const skipped = ids.length - missing.length;
    const known = { id, chunks: ids.length, skipped };
    const done = hash === undefined ? { chunks: ids } : { hash, chunks: ids };
    const isSame = missing.length === 0 && stale.length === 0;
    const note = (noted: CheckpointEntry): Promise<void> =>
      at('store', id, signal, () => checkpoint.set(new Map([[id, noted]])));
    if (isSame) {
      if (entry?.hash !== hash || entry?.doubtful?.length) await note(done);
      return { ...known, status: 'unchanged', embedded: 0, removed: 0 };
    }
    const kept = ids.filter((one) => there.has(one));
    await note({ chunks: kept, doubtful: [...stale, ...missing.map((item) => item.id)] });
    signal.throwIfAborted();
    const { stored, error } = await bringChunks(id, metadata, missing, (items) => {
      deps.store(items);
      cut();
    });
    signal.throwIfAborted();
    if (error) return { ...known, status: 'failed', embedded: stored, removed: 0, error };
    try {
      if (stale.length > 0) await at('store', id, signal, () => deps.remove(stale));
      await note(done);
    } catch (cause) {
      if (!(cause instanceof DocumentError)) throw cause;
      return { ...known, status: 'failed', embedded: stored, removed: 0, error: cause };
    }
    return { ...known, status: 'stored', embedded: stored, removed: stale.length };
  };

  return {
    load: (document) =>
      at('read', document.id, signal, async () => {
        const content = await readContent(document, deps.maxDocumentBytes, signal);
        deps.hold(sizeOf(content));
        return { ...document, content, type: documentType(document, content) };
      }),
    async ingest(loaded, source, isNew, come) {
      const { id, metadata, content, type } = loaded;
      try {
        const { making } = deps;
        const hash =
          making === undefined
            ? undefined
            : await at('read', id, signal, async () => canonicalHash([making, type, metadata, content]));
        const looked = isNew ? undefined : at('look-up', id, signal, () => deps.lookUp(id));
        come.asked();
        const entry = await looked;
        if (hash !== undefined && entry?.hash === hash && !entry.doubtful?.length) {
          const chunks = entry.chunks.length;
          return { id, status: 'unchanged', chunks, embedded: 0, skipped: chunks, removed: 0 };
        }
        const chunks = await chunksOf(loaded, source);
        return await bring(loaded, entry, chunks, hash, come);
      } finally {
        deps.hold(-sizeOf(content));
      }
    },
  };
}

async function textOf(loaded: LoadedDocument, deps: DocumentFlowDeps): Promise<string> {
  const own: unknown = await deps.extract?.(loaded, deps.signal);
  if (typeof own === 'string') return cleaned(own);
  if (own !== undefined) throw new TypeError('expected a text, or undefined, from extract()');
  return extractText(loaded.content, loaded.type, deps.chunk ? 'plain' : formFor(deps.chunking));
}

/** Hands chunks over to be embedded and stored with those of other documents, and waits for all of them. */
function bringChunks(
  documentId: string,
  metadata: ChunkOwner['metadata'],
  missing: readonly Omit<ChunkItem, 'owner'>[],
  store: DocumentFlowDeps['store'],
): Promise<{ readonly stored: number; readonly error: DocumentError | undefined }> {
  let left = missing.length;
  let stored = 0;
  let error: DocumentError | undefined;
  if (left === 0) return Promise.resolve({ stored, error });
  return new Promise((resolve) => {
    const owner: ChunkOwner = {
      documentId,
      metadata,
      hasFailed: () => error !== undefined,
      failed: (first) => void (error ??= first),
      done(isStored) {
        if (isStored) stored++;
        if (--left === 0) resolve({ stored, error });
      },
    };
    store(missing.map((item) => ({ ...item, owner })));
  });
}

/** What goes wrong here is of this document, unless all of the run ends. */
async function at<T>(
  stage: DocumentStage,
  documentId: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    // Code of the caller may never answer; a write is waited for.
    return await (stage === 'store' ? work() : orAborted(work(), signal));
  } catch (cause) {
    if (signal.aborted || cause instanceof DocumentError) throw cause;
    throw new DocumentError({ documentId, stage }, messageOf(cause), { cause });
  }
}
