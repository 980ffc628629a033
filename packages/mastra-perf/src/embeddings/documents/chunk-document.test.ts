import { expect, test } from 'vitest';
import { isPerfError } from '../../errors.ts';
import { chunkDocument, prepareChunking, type ChunkDeps } from './chunk-document.ts';

const document = { id: 'a.md', content: '' };
const deps = (options: Omit<Partial<ChunkDeps>, 'chunking'> & { chunking?: object } = {}): ChunkDeps => ({
  chunk: undefined,
  tokens: (text) => Math.ceil(text.length / 4),
  loadMDocument: async () => (await import('@mastra/rag')).MDocument,
  ...options,
  chunking: { size: 512, overlap: 50, ...options.chunking },
});

const markdown = `# Guide\n\nIntroduction.\n\n## Install\n\n${'Run the installer. '.repeat(40)}\n\n## Use\n\nCall it.`;

test('a strategy of Mastra cuts, with its own options', async () => {
  const headers = [
    ['#', 'title'],
    ['##', 'section'],
  ];
  const chunks = await chunkDocument(
    markdown,
    'markdown',
    document,
    deps({ chunking: { strategy: 'markdown', headers } }),
  );
  expect(chunks.map(({ metadata }) => metadata?.['section'])).toEqual([undefined, 'Install', 'Use']);
});

test.each(['recursive', 'sentence', 'character', 'token', 'latex', 'semantic-markdown'] as const)(
  'the strategy %s takes size and overlap',
  { timeout: 30_000 },
  async (strategy) => {
    const chunks = await chunkDocument(
      markdown,
      'markdown',
      document,
      deps({ chunking: { strategy, size: 100, overlap: 10 } }),
    );
    expect(chunks.map(({ text }) => text).join(' ')).toContain('Call it.');
    for (const { text } of chunks) expect(text.length).toBeLessThan(900);
  },
);

test('HTML and JSON strategies get the document as it is', async () => {
  const html = '<h1>Title</h1><p>Text.</p>';
  const headers = [['h1', 'title']];
  const chunks = await chunkDocument(
    html,
    'html',
    document,
    deps({ chunking: { strategy: 'html', headers } }),
  );
  expect(chunks.map(({ metadata }) => metadata?.['title'])).toContain('Title');
  const json = JSON.stringify({ rows: Array.from({ length: 50 }, (_, at) => ({ name: `row ${at}` })) });
  const rows = await chunkDocument(json, 'json', document, deps({ chunking: { strategy: 'json' } }));
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.map(({ text }) => text).join()).toContain('row 49');
});

test('a function of the caller cuts into texts, or more', async () => {
  const chunk = () => ['one', { text: 'two', metadata: { page: 2 }, embedText: 'Title. two' }, '  '];
  expect(await chunkDocument('x', 'text', document, deps({ chunk }))).toEqual([
    { text: 'one' },
    { text: 'two', metadata: { page: 2 }, embedText: 'Title. two' },
  ]);
  await expect(chunkDocument('x', 'text', document, deps({ chunk: () => [7] as never }))).rejects.toThrow(
    'expected texts',
  );
});

test('a strategy without the package is a clear error', async () => {
  const missing = deps({
    chunking: { strategy: 'token' },
    loadMDocument: () => Promise.reject(new Error('not found')),
  });
  const error: unknown = await prepareChunking(missing).catch((reason: unknown) => reason);
  expect(isPerfError(error) && [error.code, error.message]).toEqual([
    'MASTRA_PERF_MISSING_PACKAGE',
    expect.stringContaining('npm install @mastra/rag'),
  ]);
});
