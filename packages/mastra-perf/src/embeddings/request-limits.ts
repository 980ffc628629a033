import type { EmbeddingBoundSettings } from './options.ts';

/** What one request to a model may hold, and how many there may be. */
export interface RequestLimits {
  readonly texts: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly parallel: number;
}

/** By which models of the AI SDK tell how many bytes of texts they take. */
const MAX_INPUT_BYTES = Symbol.for('vercel.ai.embeddingModel.maxInputBytesPerCall');

/** A model may tell its limits at once or as promises, or not at all. */
interface Limited {
  readonly maxEmbeddingsPerCall?: unknown;
  readonly supportsParallelCalls?: unknown;
  readonly [MAX_INPUT_BYTES]?: unknown;
}

/** What the model tells of itself wins where it is known. */
export async function limitsOf(
  model: Limited,
  bounds: Required<EmbeddingBoundSettings>,
): Promise<RequestLimits> {
  const [texts, parallel, bytes] = await Promise.all([
    model.maxEmbeddingsPerCall,
    model.supportsParallelCalls,
    model[MAX_INPUT_BYTES],
  ]);
  return {
    texts: isLimit(texts) ? Math.max(1, Math.floor(texts)) : bounds.maxBatchTexts,
    tokens: bounds.maxBatchTokens,
    bytes: isLimit(bytes) ? bytes : Infinity,
    parallel: parallel === false ? 1 : bounds.maxParallel,
  };
}

const isLimit = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** Bytes for a token, where only a size is known: English has 4.5, code and Chinese 3. */
const BYTES_PER_TOKEN = 3;

export const likelyTokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

/** Whether one more text still fits; the first one always does. */
export function fits(
  { texts, tokens, bytes }: RequestLimits,
  held: { readonly texts: number; readonly bytes: number },
  more: number,
): boolean {
  if (held.texts === 0) return true;
  const all = held.bytes + more;
  return held.texts < texts && all <= bytes && likelyTokens(all) <= tokens;
}
