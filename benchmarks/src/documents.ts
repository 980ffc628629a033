import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchProcess } from './bench-process.ts';
import type { Ingested, IngestingOptions } from './documents/ingesting.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const MOST_GROWTH_MB = 300;
const GENERATED = 2500;

async function ingested(options: IngestingOptions, edited = false): Promise<Ingested> {
  const process = await startBenchProcess(new URL('documents/ingesting.ts', import.meta.url), options);
  try {
    return (await process.ask({ edited })) as Ingested;
  } finally {
    await process.end();
  }
}

/** Documents into a vector store: Mastra's own documentation, and a corpus that does not fit into memory. */
export async function documents(): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), 'documents-'));
  const file = join(folder, 'docs.db');
  try {
    const plain = await ingested({ way: 'pages', file: join(folder, 'pages.db') });
    const first = await ingested({ way: 'processor', file });
    const again = await ingested({ way: 'processor', file });
    const edited = await ingested({ way: 'processor', file }, true);
    const large = await ingested({ way: 'processor', generated: GENERATED });
    const wrong = [
      ...(again.embedded + again.requests === 0
        ? []
        : [`unchanged pages: ${again.embedded} chunks were embedded`]),
      ...(edited.embedded >= 1 && edited.embedded <= 2
        ? []
        : [`one page changed: ${edited.embedded} were embedded`]),
      ...(large.embedded >= 50_000 ? [] : [`the generated corpus has ${large.embedded} chunks`]),
      ...(large.peakMb <= MOST_GROWTH_MB ? [] : [`50,000 chunks took ${large.peakMb.toFixed(0)} MB`]),
    ];
    return {
      title: 'Documents into a vector store, embedder with 50 ms latency',
      columns: [
        'case',
        'documents',
        'chunks embedded',
        'requests',
        'seconds',
        'documents/s',
        'memory grew by MB',
      ],
      rows: [
        row("Mastra's documentation, page by page", plain),
        row('DocumentProcessor, first time', first),
        row('DocumentProcessor, nothing has changed', again),
        row('DocumentProcessor, one page has changed', edited),
        row('DocumentProcessor, generated, not kept', large),
      ],
      notes: [
        'Vectors of 64 numbers in a file of LibSQL; each case in a process of its own. Page by page: MDocument in chunks of as many tokens, one request and one write for each page, one after the other.',
        versionsLine('@mastra/core', '@mastra/libsql', '@mastra/rag'),
      ],
      wrong,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const row = (name: string, { documents: count, embedded, requests, ms, peakMb }: Ingested): string[] => [
  name,
  String(count),
  String(embedded),
  String(requests),
  (ms / 1000).toFixed(2),
  (count / (ms / 1000)).toFixed(0),
  peakMb.toFixed(0),
];
