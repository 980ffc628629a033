import { describe, expect, test } from 'vitest';
import { documentType } from './document-type.ts';
import { extractText } from './extract-text.ts';

function pdf(text: string): Buffer {
  const page =
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj';
  const stream = `BT /F1 12 Tf 20 200 Td (${text}) Tj ET`;
  return Buffer.from(
    `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n${page}\n` +
      `4 0 obj<</Length ${stream.length}>>stream\n${stream}\nendstream endobj\n` +
      '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>',
  );
}

describe('HTML', () => {
  test('is what a reader sees: headings, lists, tables, code', async () => {
    const html = `<!doctype html><html><head><title>Guide</title><style>p { color: red }</style></head>
      <body><h2>First  steps</h2><p>Take <b>one</b>&amp;two.<br>Then go.</p><ul><li>a</li><li>b</li></ul>
      <script>alert('no')</script><table><tr><td>1</td><td>2</td></tr></table><pre>if (x) {\n  y();\n}</pre></body></html>`;
    expect(await extractText(html, 'html')).toBe(
      'Guide\n\n## First steps\n\nTake one&two.\nThen go.\n\n- a\n- b\n\n1 | 2\n\nif (x) {\n  y();\n}',
    );
  });

  test('that is broken or nested very deeply is read as far as it can be', async () => {
    expect(await extractText('<p>one<div><b>two</p></i>three<', 'html')).toMatch(/one\s+two\s+three/);
    expect(await extractText(`${'<div>'.repeat(20_000)}deep`, 'html')).toBe('deep');
  });
});

describe('JSON', () => {
  test('is a line for each value with the path to it', async () => {
    const json = JSON.stringify({ name: 'Ann', tags: ['a', 'b'], at: { city: 'Bern', zip: null } });
    expect(await extractText(json, 'json')).toBe(
      'name: Ann\ntags[0]: a\ntags[1]: b\nat.city: Bern\nat.zip: null',
    );
    expect(await extractText(json, 'json', 'raw')).toBe(json);
  });

  test('that is nested deeply is no problem, one that is broken is an error', async () => {
    expect(await extractText(`${'['.repeat(2000)}1${']'.repeat(2000)}`, 'json')).toContain(': 1');
    await expect(extractText('{"a":', 'json')).rejects.toThrow(SyntaxError);
  });
});

describe('a PDF', () => {
  test('is read, and its bytes stay with their owner', async () => {
    const bytes = pdf('Hello from page one');
    expect(await extractText(bytes, 'pdf')).toBe('Hello from page one');
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('that is broken or has no text is an error', async () => {
    await expect(extractText(pdf('x').subarray(0, 60), 'pdf')).rejects.toThrow('Invalid PDF');
    await expect(extractText(Buffer.from('no pdf'), 'pdf')).rejects.toThrow('Invalid PDF');
    await expect(extractText(pdf(''), 'pdf')).rejects.toThrow('none of its 1 pages has text in it');
  });
});

test('text is cleaned of what is no text', async () => {
  expect(await extractText('\ufeffa\ud800b\0c', 'text')).toBe('a\ufffdb c');
  expect(await extractText(Buffer.from([0xff, 0xfe, 0x41, 0x00]), 'text')).toBe('A');
  await expect(extractText(new Uint8Array([0x41, 0xff, 0xfe, 0x00]), 'text')).rejects.toThrow(
    'not text in UTF-8',
  );
});

test('the type of a document is told by its id or its bytes', () => {
  const typeOf = (id: string, content: string | Uint8Array = '') =>
    documentType({ id, content: '' }, content);
  expect(['a.MD', 'b.htm?x=1', 'c.json', 'd.pdf', 'e', 'f.txt'].map((id) => typeOf(id))).toEqual([
    'markdown',
    'html',
    'json',
    'pdf',
    'text',
    'text',
  ]);
  expect(typeOf('upload', pdf('x'))).toBe('pdf');
});
