import { PerfError } from '../../errors.ts';
import type { IngestSummary } from './document.ts';

/** Where a document failed. */
export type DocumentStage = 'read' | 'extract' | 'chunk' | 'look-up' | 'embed' | 'store';

/** One document could not be ingested; the others are. */
export class DocumentError extends PerfError {
  readonly documentId: string;
  readonly stage: DocumentStage;
  /** Which chunk of the document, from 0, where it was one. */
  readonly chunk: number | undefined;

  constructor(
    where: {
      readonly documentId: string;
      readonly stage: DocumentStage;
      readonly chunk?: number | undefined;
    },
    problem: string,
    options?: { cause?: unknown },
  ) {
    const { documentId, stage, chunk } = where;
    const place = chunk === undefined ? '' : `, chunk ${chunk}`;
    super('MASTRA_PERF_DOCUMENT', `document "${documentId}"${place} (${stage}): ${problem}`, options);
    this.name = 'DocumentError';
    this.documentId = documentId;
    this.stage = stage;
    this.chunk = chunk;
  }
}

/**
 * Why a run ended before its documents did: aborted by its signal, the iterable of documents threw, the index is not there or has
 * vectors of another length, or the embedder refuses every request (wrong key, no such model).
 */
export type IngestStop = 'aborted' | 'source' | 'index' | 'embedder';

/** A run ended early. What is done is done; the same call again goes on from there. */
export class IngestError extends PerfError {
  readonly reason: IngestStop;
  /** What was done until then. */
  readonly summary: IngestSummary;

  constructor(reason: IngestStop, problem: string, summary: IngestSummary, options?: { cause?: unknown }) {
    super('MASTRA_PERF_INGEST', problem, options);
    this.name = 'IngestError';
    this.reason = reason;
    this.summary = summary;
  }
}

/** Ends the run; becomes an {@link IngestError} where the summary is known. */
export class Fatal extends Error {
  readonly reason: IngestStop;

  constructor(reason: IngestStop, problem: string, options?: { cause?: unknown }) {
    super(problem, options);
    this.reason = reason;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
