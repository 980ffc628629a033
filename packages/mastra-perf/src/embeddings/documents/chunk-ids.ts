import { hash } from 'node:crypto';
import { canonicalHash } from '../../base/canonical-hash.ts';
import type { DocumentChunk } from './document.ts';

/** Besides the chunk itself, what its vector and what is stored depend on. */
export interface ChunkIdentity {
  readonly indexName: string;
  readonly documentId: string;
  /** Of the embedder and what it is asked with. */
  readonly embedding: string;
  /** Of the document. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
}

/** Raise when what is stored of a chunk changes: all of them are stored anew then. */
const FORMAT = 1;

/**
 * An id for each chunk, by what is in it: a chunk keeps it when others before it change, come or go. Among equal ones, by which of them it
 * is. They look like UUIDs, since some vector stores take no others.
 */
export function chunkIds(chunks: readonly DocumentChunk[], identity: ChunkIdentity): string[] {
  const base = canonicalHash([FORMAT, identity]);
  const times = new Map<string, number>();
  return chunks.map((chunk) => {
    const content = canonicalHash(chunk);
    const time = times.get(content) ?? 0;
    times.set(content, time + 1);
    return uuid(hash('sha256', `${base} ${content} ${time}`, 'hex'));
  });
}

/** Version 8: made by a rule of its own. */
const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
