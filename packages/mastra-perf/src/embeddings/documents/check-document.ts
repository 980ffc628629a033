import type { SourceDocument } from './document.ts';

const TYPES = new Set<unknown>(['text', 'markdown', 'html', 'json', 'pdf', undefined]);
const LONGEST_ID = 1000;

/** What is wrong with a document as it was given; `undefined` if nothing is. */
export function wrongWithDocument(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return 'expected { id, content }';
  const { id, type, metadata, content } = given as Partial<SourceDocument>;
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID || !id.isWellFormed())
    return `expected an id of 1 to ${LONGEST_ID} characters`;
  if (!TYPES.has(type))
    return `expected type 'text', 'markdown', 'html', 'json' or 'pdf', got ${JSON.stringify(type)}`;
  if (content === undefined || content === null)
    return 'expected content: a text, bytes, a stream, or a function that gives one of these';
  if (
    metadata !== undefined &&
    (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
  )
    return 'expected metadata: an object';
  return undefined;
}

/** What a document is called in results, also where it has no id. */
export function nameOf(given: unknown, position: number): string {
  const id: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'id') : undefined;
  return typeof id === 'string' && id !== '' ? id.slice(0, LONGEST_ID) : `#${position}`;
}
