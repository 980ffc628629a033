import type { DocumentError } from './document-error.ts';

export type DocumentType = 'text' | 'markdown' | 'html' | 'json' | 'pdf';

/** Text, or bytes: of UTF-8 text (UTF-16 with a byte order mark), or of a PDF. */
export type ContentPart = string | Uint8Array | ArrayBuffer;

/** What a document holds; a function or a stream is asked for it when its turn has come, so that few are in memory at a time. */
export type DocumentContent =
  | ContentPart
  | AsyncIterable<string | Uint8Array>
  | ((
      signal: AbortSignal,
    ) =>
      | ContentPart
      | AsyncIterable<string | Uint8Array>
      | PromiseLike<ContentPart | AsyncIterable<string | Uint8Array>>);

export interface SourceDocument {
  /** What the document is known by, when it comes again: a path, a URL, a primary key. Of 1 to 1,000 characters. */
  readonly id: string;
  readonly content: DocumentContent;
  /**
   * How text is got out of it.
   * @default by the ending of the id (`.md`, `.mdx`, `.html`, `.htm`, `.json`, `.pdf`), else by the bytes of a PDF, else `'text'`
   */
  readonly type?: DocumentType;
  /** Stored with every chunk, beside its `text` and `documentId`. Must be JSON. A change of it stores the chunks anew. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A piece of a document, as it is embedded and stored. */
export interface DocumentChunk {
  readonly text: string;
  /** Stored with this chunk, over what the document has. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * What is embedded in the place of `text`, such as a title in front of it.
   * @default text
   */
  readonly embedText?: string;
}

/** What became of one document. */
export interface DocumentResult {
  readonly id: string;
  /** `'unchanged'`: all its chunks were there, and nothing else. */
  readonly status: 'stored' | 'unchanged' | 'failed';
  readonly chunks: number;
  /** Chunks that were embedded and stored. */
  readonly embedded: number;
  /** Chunks that were there already. */
  readonly skipped: number;
  /** Stale chunks that were removed. */
  readonly removed: number;
  /** Why it failed. What was stored of it before is still there, maybe with some of its new chunks: the next run tidies up. */
  readonly error?: DocumentError;
}

export interface IngestSummary {
  /** Documents that are done, failed ones included. */
  readonly documents: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly skipped: number;
  readonly removed: number;
  readonly failed: readonly { readonly id: string; readonly error: DocumentError }[];
  readonly ms: number;
}

/** Told after each document; the numbers are of the run so far. */
export interface IngestProgress {
  readonly document: string;
  readonly done: number;
  /** Absent where it is not known. */
  readonly total?: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly skipped: number;
  readonly failed: number;
}

export interface IngestRunOptions {
  /** Stops the run: nothing more is read, requests to the embedder are given up, writes that are under way are finished. */
  readonly signal?: AbortSignal;
  /** What it throws ends the run. */
  readonly onProgress?: (progress: IngestProgress) => void;
}
