import type { DocumentType } from './document.ts';
import { htmlText } from './html-text.ts';
import { jsonText } from './json-text.ts';
import { pdfText } from './pdf-text.ts';

/** The text of a document. `'raw'` leaves HTML and JSON as they are, for a way of cutting that knows them. */
export async function extractText(
  content: string | Uint8Array,
  type: DocumentType,
  form: 'plain' | 'raw' = 'plain',
): Promise<string> {
  if (type === 'pdf') return cleaned(await pdfText(asBytes(content)));
  const text = cleaned(typeof content === 'string' ? content : decoded(content));
  if (form === 'raw') return text;
  if (type === 'html') return htmlText(text);
  return type === 'json' && text.trim() !== '' ? jsonText(text) : text;
}

const asBytes = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content, 'latin1') : content;

/** What is no text is better told than embedded. */
function decoded(bytes: Uint8Array): string {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  const encoding = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new TypeError(`its bytes are not text in ${encoding.toUpperCase()}: give its type, or extract()`, {
      cause: error,
    });
  }
}

/** Half characters are no Unicode, for which providers refuse a request; NUL is nothing that Postgres can store. */
export const cleaned = (text: string): string =>
  (text.codePointAt(0) === 0xfeff ? text.slice(1) : text).toWellFormed().replaceAll('\0', ' ');
