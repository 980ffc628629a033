import type { IngestResult } from '../docs/ingest.ts';

/** One line about what the ingest did. */
export function ingestLine({ skipped, pages, passages, ms }: IngestResult): string {
  if (skipped) return `${pages} pages are indexed already.`;
  return `${pages} pages, ${passages} passages indexed in ${(ms / 1000).toFixed(1)} s.`;
}
