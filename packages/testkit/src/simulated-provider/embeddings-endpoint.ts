import { ApiError } from './api-error.ts';
import { isObject } from './json-value.ts';
import type { ProviderSettings } from './provider-options.ts';
import type { ProviderRequest } from './provider-request.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordVector } from './word-vector.ts';

const DEFAULT_DIMENSIONS = 256;
const MAX_DIMENSIONS = 4096;
const MAX_INPUTS = 2048;

/** The texts of the request: a string, strings, or tokens that are turned back into text. */
export function embeddingTexts(request: ProviderRequest, tokenizer: Tokenizer): string[] {
  const input = isObject(request.body) ? request.body.input : undefined;
  const inputs = typeof input === 'string' || isTokens(input) ? [input] : Array.isArray(input) ? input : [];
  if (inputs.length === 0)
    throw new ApiError(400, "Missing required parameter: 'input'.", 'missing_required_parameter');
  if (inputs.length > MAX_INPUTS)
    throw new ApiError(
      400,
      `Invalid 'input': array too long. Expected at most ${MAX_INPUTS}, got ${inputs.length}.`,
    );
  return inputs.map((value: unknown) => {
    if (typeof value === 'string' && value) return value;
    if (isTokens(value)) return decoded(value, tokenizer);
    throw new ApiError(400, "'$.input' is invalid: expected non-empty strings or arrays of tokens.");
  });
}

/** The reply of /v1/embeddings. */
export async function embeddingsJson(
  request: ProviderRequest,
  texts: string[],
  tokens: number,
  settings: ProviderSettings,
) {
  const body = isObject(request.body) ? request.body : {};
  const dimensions = dimensionsOf(body.dimensions);
  const vectors = settings.embed
    ? await settings.embed(texts)
    : texts.map((text) => wordVector(text, dimensions));
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: body.encoding_format === 'base64' ? base64(vector) : vector,
    })),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function dimensionsOf(asked: unknown): number {
  if (asked === undefined || asked === null) return DEFAULT_DIMENSIONS;
  if (Number.isInteger(asked) && Number(asked) >= 1 && Number(asked) <= MAX_DIMENSIONS) return Number(asked);
  throw new ApiError(400, `Invalid 'dimensions': expected an integer from 1 to ${MAX_DIMENSIONS}.`);
}

function decoded(tokens: number[], tokenizer: Tokenizer): string {
  try {
    return tokenizer.decode(tokens);
  } catch (error) {
    throw new ApiError(400, `Invalid 'input': not o200k_base tokens (${String(error)}).`);
  }
}

const isTokens = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isInteger);

/** Float32, little endian, as OpenAI sends it. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
