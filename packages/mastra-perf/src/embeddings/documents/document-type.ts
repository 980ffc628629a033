import type { DocumentType, SourceDocument } from './document.ts';

const BY_ENDING: Readonly<Record<string, DocumentType>> = {
  md: 'markdown',
  mdx: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  json: 'json',
  pdf: 'pdf',
};

const PDF = '%PDF-';

export function documentType({ id, type }: SourceDocument, content: string | Uint8Array): DocumentType {
  if (type !== undefined) return type;
  const ending = /\.([a-z]+)(?:[?#].*)?$/i.exec(id)?.[1]?.toLowerCase() ?? '';
  if (Object.hasOwn(BY_ENDING, ending)) return BY_ENDING[ending] as DocumentType;
  const isPdf =
    typeof content !== 'string' && Buffer.from(content.subarray(0, PDF.length)).toString('latin1') === PDF;
  return isPdf ? 'pdf' : 'text';
}
