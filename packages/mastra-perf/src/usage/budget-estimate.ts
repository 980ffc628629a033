import type { ModelCall, ModelRequest } from '../pipeline/call.ts';

/*
 * How many tokens a request can have at most, without a tokenizer. A token of a byte-level vocabulary stands for one byte
 * of UTF-8 or more, so bytes are a bound; English has about 4.5 of them per token, so it is a wide one. What a provider
 * adds by itself is taken from its documentation where it says so, with room above.
 */

/** What stands around a message, a tool and all of them. Anthropic adds up to 549 tokens once there are tools. */
const PER_MESSAGE = 16;
const PER_TOOL = 64;
const PER_REQUEST = 600;
/** A tool that the provider runs puts its results into the input: nobody can know how long they are. */
const PER_PROVIDER_TOOL = 20_000;
/** No current model takes more than 5,000 tokens for an image, but gpt-4o-mini bills 2,833 and 5,667 for each of up to 8 tiles. */
const PER_IMAGE = 8_192;
const PER_IMAGE_GPT_4O_MINI = 48_169;
/** Pages, frames and sounds: a token per byte, and this much for very small files. */
const PER_FILE = 16_384;
/** A file that the provider fetches is of unknown size. This is a guess, not a bound. */
const PER_REMOTE_FILE = 100_000;

export interface InputTokens {
  readonly most: number;
  readonly likely: number;
}

/**
 * A bound on the tokens of the input, for those who have a tokenizer at hand. It must not tell too few; what it tells is also
 * charged for answers without usage.
 */
export type CountInput = (call: Pick<ModelCall, 'request' | 'model'>) => number;

/** Bytes for a token, where only a size is known: English has 4.5, code and Chinese 3, ids 1.8. */
export const BYTES_PER_TOKEN = 3;

export function inputTokens({ request, model }: Pick<ModelCall, 'request' | 'model'>): InputTokens {
  const perImage = model.modelId.includes('gpt-4o-mini') ? PER_IMAGE_GPT_4O_MINI : PER_IMAGE;
  const messages = request.prompt.map(({ content }) => PER_MESSAGE + contentTokens(content, perImage));
  const most = messages.reduce((sum, tokens) => sum + tokens, PER_REQUEST + besides(request));
  return { most, likely: most / BYTES_PER_TOKEN };
}

function besides({ tools, responseFormat, toolChoice }: ModelRequest): number {
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  const own = list.filter((tool) => field(tool, 'type') !== 'function').length;
  return (
    jsonBytes(list) +
    list.length * PER_TOOL +
    own * PER_PROVIDER_TOOL +
    jsonBytes(responseFormat) +
    jsonBytes(toolChoice)
  );
}

function contentTokens(content: unknown, perImage: number): number {
  if (typeof content === 'string') return textBytes(content);
  if (!Array.isArray(content)) return jsonBytes(content);
  return content.reduce<number>((sum, part) => sum + PER_MESSAGE + partTokens(part, perImage), 0);
}

function partTokens(part: unknown, perImage: number): number {
  const type = field(part, 'type');
  if (type === 'text' || type === 'reasoning') {
    const text = field(part, 'text');
    return typeof text === 'string' ? textBytes(text) : jsonBytes(part);
  }
  const output = field(part, 'output');
  if (type === 'tool-result' && field(output, 'type') === 'content')
    return jsonBytes(field(part, 'toolName')) + contentTokens(field(output, 'value'), perImage);
  if (
    field(part, 'data') !== undefined ||
    field(part, 'url') !== undefined ||
    type === 'file' ||
    type === 'image'
  )
    return fileTokens(part, perImage);
  return jsonBytes(part);
}

function fileTokens(part: unknown, perImage: number): number {
  const mediaType = field(part, 'mediaType');
  if (type(part).startsWith('image') || (typeof mediaType === 'string' && mediaType.startsWith('image')))
    return perImage;
  const given = field(part, 'data') ?? field(part, 'url');
  const data = field(given, 'data') ?? field(given, 'url') ?? given;
  if (data instanceof Uint8Array || data instanceof ArrayBuffer) return PER_FILE + data.byteLength;
  if (typeof data === 'string' && !/^https?:/.test(data)) return PER_FILE + data.length;
  return PER_REMOTE_FILE;
}

const type = (part: unknown): string => String(field(part, 'type'));

/** Some vocabularies take a text in its compatibility form, in which one character may be written as eighteen. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.max(bytes, Buffer.byteLength(text.normalize('NFKC')));
}

function jsonBytes(value: unknown): number {
  if (value === undefined) return 0;
  try {
    return textBytes(JSON.stringify(value) ?? '');
  } catch {
    return 0; // what JSON cannot hold cannot be sent either: the model itself will refuse it
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
