import { loadPackage } from './load-package.ts';

/** The text of a PDF, its pages apart by blank lines. Nothing is fetched, no script of it is run. */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  const { extractText, getDocumentProxy } = await loadPackage('unpdf', 'a PDF', () => import('unpdf'));
  // It takes the bytes away from whoever owns them.
  const pdf = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 });
  try {
    const { text } = await extractText(pdf, { mergePages: false });
    const pages = text.map((page) => page.trim()).filter((page) => page !== '');
    if (pages.length === 0 && text.length > 0)
      throw new Error(`none of its ${text.length} pages has text in it: it may be scanned`);
    return pages.join('\n\n');
  } finally {
    await pdf.cleanup();
    await pdf.loadingTask.destroy();
  }
}
