import type { MDocument } from '@mastra/rag';

/** Takes a second and 100 MB, so only for those who name a strategy of it. Rejects where `@mastra/rag` is not installed. */
export async function loadMDocument(): Promise<typeof MDocument> {
  const rag = await import('@mastra/rag');
  return rag.MDocument;
}
