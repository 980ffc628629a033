import { cleaned } from './extract-text.ts';
import type { DocumentChunk, DocumentType, SourceDocument } from './document.ts';
import { loadPackage } from './load-package.ts';
import { splitText } from './split-text.ts';

/** A way of Mastra's `MDocument` to cut, which needs the package `@mastra/rag`. */
export type ChunkStrategy =
  | 'recursive'
  | 'character'
  | 'token'
  | 'markdown'
  | 'html'
  | 'json'
  | 'latex'
  | 'sentence'
  | 'semantic-markdown';

export interface ChunkingOptions {
  /**
   * A strategy of `MDocument.chunk()` in `@mastra/rag`; further options are passed to it as they are.
   * @default at headings, blank lines, lines, sentences, words: whichever comes first
   */
  readonly strategy?: ChunkStrategy;
  /**
   * Longest chunk, in tokens.
   * @default 512
   */
  readonly size?: number;
  /**
   * Tokens that a chunk repeats of the one before.
   * @default 50
   */
  readonly overlap?: number;
  /** Whatever else the strategy takes: `headers`, `separators`, … */
  readonly [option: string]: unknown;
}

export type ChunkFunction = (
  text: string,
  document: SourceDocument,
) => readonly (string | DocumentChunk)[] | PromiseLike<readonly (string | DocumentChunk)[]>;

/** What of `MDocument` is needed. */
export interface MDocumentLike {
  fromText(text: string): Cuttable;
  fromMarkdown(text: string): Cuttable;
  fromHTML(text: string): Cuttable;
  fromJSON(text: string): Cuttable;
}

interface Cuttable {
  chunk(
    params: never,
  ): Promise<readonly { readonly text: string; readonly metadata: Readonly<Record<string, unknown>> }[]>;
}

/** Imports it, or rejects where `@mastra/rag` is not installed. */
export type LoadMDocument = () => Promise<MDocumentLike>;

export interface ChunkDeps {
  readonly loadMDocument: LoadMDocument;
  readonly chunk: ChunkFunction | undefined;
  readonly chunking: ChunkingOptions & { readonly size: number; readonly overlap: number };
  readonly tokens: (text: string) => number;
}

export async function chunkDocument(
  text: string,
  type: DocumentType,
  document: SourceDocument,
  deps: ChunkDeps,
): Promise<DocumentChunk[]> {
  const { chunk, chunking, tokens } = deps;
  if (text.trim() === '') return [];
  const { strategy, size, overlap } = chunking;
  if (chunk) return checked(await chunk(text, document));
  if (strategy !== undefined) return checked(await byMastra(text, type, chunking, deps));
  return checked(
    splitText(text, { size, overlap, tokens, hasHeadings: type === 'markdown' || type === 'html' }),
  );
}

/** Loads what cuts, so that it is missed before anything is read. */
export async function prepareChunking({
  chunk,
  chunking,
  loadMDocument,
}: Omit<ChunkDeps, 'tokens'>): Promise<void> {
  if (!chunk && chunking.strategy !== undefined) await loadRag(chunking.strategy, loadMDocument);
}

const loadRag = (strategy: string, load: LoadMDocument): Promise<MDocumentLike> =>
  loadPackage('@mastra/rag', `chunking.strategy '${strategy}'`, load);

/** HTML and JSON have strategies that need them as they are. */
export const formFor = ({ strategy }: ChunkingOptions): 'plain' | 'raw' =>
  strategy === 'html' || strategy === 'json' ? 'raw' : 'plain';

/** Strategies that count in their own way, and do not take ours. */
const COUNTS_ITSELF = new Set<string>(['token', 'semantic-markdown', 'json']);

async function byMastra(
  text: string,
  type: DocumentType,
  { strategy = 'recursive', size, overlap, ...rest }: ChunkDeps['chunking'],
  { tokens, loadMDocument }: Pick<ChunkDeps, 'tokens' | 'loadMDocument'>,
): Promise<readonly DocumentChunk[]> {
  const MDocument = await loadRag(strategy, loadMDocument);
  const document =
    strategy === 'html'
      ? MDocument.fromHTML(text)
      : strategy === 'json'
        ? MDocument.fromJSON(text)
        : type === 'markdown'
          ? MDocument.fromMarkdown(text)
          : MDocument.fromText(text);
  const lengthFunction = COUNTS_ITSELF.has(strategy) ? {} : { lengthFunction: tokens };
  // Such as `headers` of Markdown: it cuts there, and not by size.
  const params = { strategy, maxSize: size, overlap, ...lengthFunction, ...rest };
  const chunks = await document.chunk(params as never);
  return chunks.map((chunk) => ({ text: chunk.text, metadata: chunk.metadata }));
}

function checked(chunks: unknown): DocumentChunk[] {
  if (!Array.isArray(chunks)) throw new TypeError('expected an array of texts or of { text } from chunk()');
  return chunks.flatMap((given: unknown) => {
    const { text, metadata, embedText }: Record<string, unknown> =
      typeof given === 'string' ? { text: given } : { ...(given as object) };
    if (typeof text !== 'string' || (embedText !== undefined && typeof embedText !== 'string'))
      throw new TypeError('expected texts or { text, metadata, embedText } from chunk()');
    const clean = cleaned(text);
    if (clean.trim() === '') return [];
    return [
      {
        text: clean,
        ...(metadata !== undefined && { metadata: metadata as Readonly<Record<string, unknown>> }),
        ...(embedText !== undefined && { embedText: cleaned(embedText) }),
      },
    ];
  });
}
