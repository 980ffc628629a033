import type { Clock } from '../../base/clock.ts';
import type { CheckpointEntry, DocumentCheckpoint } from './checkpoint.ts';
import { nameOf, wrongWithDocument } from './check-document.ts';
import { chunkDesk, type ChunkDeskDeps } from './chunk-desk.ts';
import type {
  DocumentResult,
  IngestProgress,
  IngestRunOptions,
  IngestSummary,
  SourceDocument,
} from './document.ts';
import { DocumentError, Fatal, IngestError, messageOf } from './document-error.ts';
import { documentFlow, type DocumentFlowDeps } from './document-flow.ts';
import { gather } from './gather.ts';
import { overlapping, type AnyIterable } from './overlapping.ts';
import type { VectorIndex } from './vector-index.ts';

export interface IngestRunDeps {
  readonly source: AnyIterable<SourceDocument>;
  /** Each id may come once; otherwise one that comes again waits for the one before. */
  readonly isBatch: boolean;
  readonly total: number | undefined;
  readonly options: IngestRunOptions;
  readonly index: VectorIndex;
  readonly checkpoint: DocumentCheckpoint;
  readonly clock: Clock;
  readonly maxInFlight: number;
  readonly flow: Omit<DocumentFlowDeps, 'lookUp' | 'store' | 'hold' | 'signal' | 'checkpoint'>;
  readonly desk: Omit<ChunkDeskDeps, 'signal' | 'fatal' | 'clock' | 'lingerMs' | 'index'>;
}

export interface IngestRun {
  results(): AsyncGenerator<DocumentResult, void, void>;
  summary(): IngestSummary;
}

/** Documents that are read at the same time. */
const READ_AT_ONCE = 4;
/** Content of documents under way; those that are being read come on top. */
const MAX_HELD_BYTES = 32 * 1024 ** 2;
/** Documents that are looked up together. */
const LOOKED_UP_TOGETHER = 64;
/** What waits for others when they are slow to come. */
const LINGER_MS = 50;
/** In the summary of a stream, which may be endless. */
const FAILURES_KEPT = 1000;
/** So many ids are remembered to know that they are new. */
const REMEMBERED = 100_000;

interface LookUp {
  readonly id: string;
  readonly resolve: (entry: CheckpointEntry | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export function ingestRun(deps: IngestRunDeps): IngestRun {
  const { index, checkpoint, clock, isBatch, total } = deps;
  const begun = clock.monotonic();
  const stop = new AbortController();
  const counts = { documents: 0, chunks: 0, embedded: 0, skipped: 0, removed: 0 };
  const failed: { readonly id: string; readonly error: DocumentError }[] = [];
  const seen = new Set<string>();
  const inFlight = new Map<string, Promise<unknown>>();
  let running = 0;
  /** Documents that are read, and those that are cut: more of them may come to be looked up, or stored. */
  let loading = 0;
  let cutting = 0;
  let held = 0;
  let failures = 0;

  const fatal = (error: unknown): void => stop.abort(error);
  const lookUps = gather<LookUp>({
    items: LOOKED_UP_TOGETHER,
    parallel: 1,
    lingerMs: LINGER_MS,
    clock,
    async run(asked) {
      try {
        const entries = await checkpoint.get(asked.map(({ id }) => id));
        for (const { id, resolve } of asked) resolve(entries.get(id));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    },
  });
  const desk = chunkDesk({ ...deps.desk, index, clock, lingerMs: LINGER_MS, signal: stop.signal, fatal });
  const flow = documentFlow({
    ...deps.flow,
    checkpoint,
    signal: stop.signal,
    lookUp: (id) => new Promise((resolve, reject) => lookUps.add([{ id, resolve, reject }])),
    store: (items) => desk.add(items),
    hold: (bytes) => void (held += bytes),
  });

  const ingest = async (document: SourceDocument): Promise<DocumentResult> => {
    const { id } = document;
    let leave = (): void => void loading--;
    const enter = (next: () => void): void => {
      leave();
      leave = next;
      over.wake();
    };
    loading++;
    try {
      const loaded = await flow.load(document);
      const isNew = index.wasEmpty && !seen.has(id) && seen.size < REMEMBERED;
      if (seen.size < REMEMBERED) seen.add(id);
      return await flow.ingest(loaded, document, isNew, {
        asked() {
          cutting++;
          enter(() => void cutting--);
        },
        cut: () => enter(() => {}),
      });
    } finally {
      enter(() => {});
    }
  };

  /** One after the other, where the same document comes twice. */
  const inTurn = async (document: SourceDocument): Promise<DocumentResult> => {
    const { id } = document;
    const turn = (inFlight.get(id) ?? Promise.resolve()).then(() => ingest(document));
    const settled = turn
      .catch(() => undefined)
      .finally(() => inFlight.get(id) === settled && inFlight.delete(id));
    inFlight.set(id, settled);
    return turn;
  };

  const work = async (document: SourceDocument, position: number): Promise<DocumentResult> => {
    running++;
    const id = nameOf(document, position);
    let result: DocumentResult;
    try {
      const wrong =
        wrongWithDocument(document) ?? (isBatch && given.has(id) ? 'its id comes twice' : undefined);
      if (wrong) throw new DocumentError({ documentId: id, stage: 'read' }, wrong);
      if (isBatch) given.add(id);
      result = await inTurn(document);
    } catch (error) {
      if (!(error instanceof DocumentError)) {
        fatal(error);
        throw error;
      }
      result = { id, status: 'failed', chunks: 0, embedded: 0, skipped: 0, removed: 0, error };
    } finally {
      running--;
    }
    count(result);
    return result;
  };
  const given = new Set<string>();

  const count = (result: DocumentResult): void => {
    counts.documents++;
    for (const field of ['chunks', 'embedded', 'skipped', 'removed'] as const) counts[field] += result[field];
    if (!result.error) return;
    failures++;
    if (isBatch || failed.length < FAILURES_KEPT) failed.push({ id: result.id, error: result.error });
  };
  const summary = (): IngestSummary => ({ ...counts, failed: [...failed], ms: clock.monotonic() - begun });

  const progressOf = (document: string, done: number): IngestProgress => {
    const { chunks, embedded, skipped } = counts;
    const known = total === undefined ? {} : { total };
    return { document, done, ...known, chunks, embedded, skipped, failed: failures };
  };
  /** What a checkpoint knows of an index that was deleted is not so any more. */
  const open = async (): Promise<void> => {
    await index.open();
    if (index.wasEmpty) await checkpoint.clear();
  };

  const over = overlapping(deps.source, {
    signal: stop.signal,
    work,
    hasRoom: () =>
      loading < READ_AT_ONCE && running < deps.maxInFlight && (held < MAX_HELD_BYTES || running === 0),
    idle() {
      if (loading > 0) return;
      lookUps.flush();
      if (cutting === 0) desk.flush();
    },
  });

  stop.signal.addEventListener('abort', () => {
    lookUps.flush();
    desk.flush();
  });

  async function* results(): AsyncGenerator<DocumentResult, void, void> {
    const { signal, onProgress } = deps.options;
    const aborted = (): void =>
      stop.abort(new Fatal('aborted', 'the run was aborted by its signal', { cause: signal?.reason }));
    if (signal?.aborted) aborted();
    signal?.addEventListener('abort', aborted);
    try {
      if (!stop.signal.aborted) await open().catch(fatal);
      let done = 0;
      for await (const result of over.results) {
        let isTaken = false;
        try {
          onProgress?.(progressOf(result.id, ++done));
          yield result;
          isTaken = true;
        } finally {
          // Before the documents are left: what is under way is given up.
          if (!isTaken) stop.abort(new Fatal('aborted', 'nobody takes the results any more'));
        }
      }
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      fatal(error);
    } finally {
      signal?.removeEventListener('abort', aborted);
    }
    throwIfStopped(stop.signal, summary());
  }
  return { results, summary };
}

function throwIfStopped(signal: AbortSignal, summary: IngestSummary): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  if (!(reason instanceof Fatal)) throw reason;
  throw new IngestError(reason.reason, messageOf(reason), summary, { cause: reason.cause ?? reason });
}
