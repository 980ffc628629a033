import type { CountedModel } from './counted-model.ts';
import { imageSize, type Size } from './image-size.ts';
import { imageTokens } from './image-tokens.ts';

/** A file in a message, as far as its tokens depend on it. */
export interface CountedFile {
  readonly mediaType: string;
  /** Unknown of what the provider fetches. */
  readonly bytes: number | undefined;
  readonly size: Size | undefined;
  readonly detail: unknown;
}

/** Where a JPEG says its size can be behind a preview. */
const HEAD_BYTES = 64 * 1024;

/** Reads a file of any specification; text files are given as their text. */
export function readFile(
  part: unknown,
  to: { readonly texts: string[]; readonly files: CountedFile[]; isStructured: boolean; isWritten: boolean },
): void {
  to.isStructured = true;
  to.isWritten = true;
  const mediaType = mediaTypeOf(part);
  const given = field(part, 'data') ?? field(part, 'image') ?? field(part, 'url');
  const type = field(given, 'type');
  if (type === 'text') return void to.texts.push(String(field(given, 'text')));
  const data = readData(type === 'data' || type === 'url' ? field(given, type) : given);
  if (data && isText(mediaType)) return void to.texts.push(data.all().toString());
  const isImage = mediaType.startsWith('image');
  to.files.push({
    mediaType,
    bytes: data?.bytes,
    size: isImage && data ? imageSize(data.head()) : undefined,
    detail: field(field(field(part, 'providerOptions'), 'openai'), 'imageDetail'),
  });
}

function mediaTypeOf(part: unknown): string {
  const given = field(part, 'mediaType') ?? field(part, 'mimeType');
  if (typeof given === 'string') return given.toLowerCase();
  return field(part, 'type') === 'image' || field(part, 'image') !== undefined ? 'image' : '';
}

const isText = (mediaType: string): boolean =>
  /^(text($|\/)|application\/(json|xml|yaml|javascript|typescript|x-ndjson))|\+(json|xml)/.test(mediaType);

interface Data {
  readonly bytes: number;
  readonly head: () => Uint8Array;
  readonly all: () => Buffer;
}

/** `undefined` for a file that is somewhere else. */
function readData(data: unknown): Data | undefined {
  if (data instanceof URL) return readData(data.href);
  if (data instanceof Uint8Array) return ofBytes(data);
  if (data instanceof ArrayBuffer) return ofBytes(new Uint8Array(data));
  if (typeof data !== 'string' || /^[a-z][a-z+.-]*:(?!.{0,200};base64,)/i.test(data.slice(0, 240)))
    return undefined;
  const begin = data.startsWith('data:') ? data.indexOf(',') + 1 : 0;
  return {
    bytes: Math.floor(((data.length - begin) * 3) / 4),
    head: () => Buffer.from(data.slice(begin, begin + (HEAD_BYTES * 4) / 3), 'base64'),
    all: () => Buffer.from(data.slice(begin), 'base64'),
  };
}

const ofBytes = (bytes: Uint8Array): Data => ({
  bytes: bytes.byteLength,
  head: () => bytes.subarray(0, HEAD_BYTES),
  all: () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

/** Guesses: a compressed sound has 16 kB for a second, a compressed video 250 kB, and a page of a document 50 kB. */
const SOUND_BYTES = 16_000;
const VIDEO_BYTES = 250_000;
const PAGE_BYTES = 50_000;
/** Per second, by Google's documentation. */
const SOUND_TOKENS = 32;
const VIDEO_TOKENS = 263;
/** Anthropic says 1,500 to 3,000 for the text of a page, and its picture besides; Google 258 for all of it. */
const PAGE_TOKENS = 1500;
const PAGE_TOKENS_CLAUDE = 3000;
const PAGE_TOKENS_GEMINI = 258;
/** What the provider fetches is of unknown length. */
const ASSUMED_PAGES = 5;

/** An estimate for everything: how many pages or seconds a file has is not looked up. */
export function fileTokens(model: CountedModel, { mediaType, bytes, size, detail }: CountedFile): number {
  if (mediaType.startsWith('image')) return Math.ceil(imageTokens(model, size, detail));
  const assumed = bytes ?? ASSUMED_PAGES * PAGE_BYTES;
  if (mediaType.startsWith('audio')) return Math.ceil(assumed / SOUND_BYTES) * SOUND_TOKENS;
  if (mediaType.startsWith('video')) return Math.ceil(assumed / VIDEO_BYTES) * VIDEO_TOKENS;
  return Math.ceil(assumed / PAGE_BYTES) * perPage(model);
}

function perPage({ family }: CountedModel): number {
  if (family === 'gemini') return PAGE_TOKENS_GEMINI;
  return family === 'claude' || family === 'claudeNext' ? PAGE_TOKENS_CLAUDE : PAGE_TOKENS;
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
