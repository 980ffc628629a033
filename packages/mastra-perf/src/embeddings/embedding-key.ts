import { canonicalHash } from '../base/canonical-hash.ts';
import type { Normalizer } from '../base/normalize.ts';
import type { EmbedCall } from '../pipeline/embedder-proxy.ts';
import { questionHeaders, withoutHost } from '../pipeline/question.ts';

/** Changes whenever equal texts would be hashed differently than before: vectors of other versions are not found. */
const KEY_VERSION = 1;

const SPACE = 'space:';

/**
 * Names the space that the vectors of a request are in: a hash of everything that reaches the provider but the texts. Whatever is not
 * named here is in it, so that a field that a later version adds separates vectors by default. The specification of the
 * model is not: it only says how the request is written.
 */
export function spaceOf({ model, request }: Pick<EmbedCall, 'model' | 'request'>, kind?: string): string {
  const { values: _values, abortSignal: _abortSignal, headers, providerOptions, ...rest } = request;
  const hash = canonicalHash({
    version: KEY_VERSION,
    provider: model.provider,
    modelId: model.modelId,
    endpoint: model.endpoint,
    headers: questionHeaders(headers),
    providerOptions: withoutHost(providerOptions),
    normalized: kind,
    rest,
  });
  return `${SPACE}${hash}`;
}

/** Whether a name by which something in the store can be taken away is that of a space. */
export const isSpace = (name: string): boolean => name.startsWith(SPACE);

/** The key of one text in a space. Exactly this text, down to half characters, unless there is a normalizer. */
export function keyOf(space: string, text: string, normalizer?: Normalizer): string {
  return `vector:${canonicalHash([space, normalizer ? normalizer.normal(text) : text])}`;
}

/** Where a model of the AI SDK says that its options hold something for each text. */
const PER_TEXT = Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer');
const MAX_DEPTH = 4;

/**
 * Whether the texts of a request may be asked for apart from each other, and together with others. Options that hold a list
 * with as many items as there are texts may belong to them one by one, as the parts beside a text of Google's models do.
 */
export function isDivisible({ source, request }: Pick<EmbedCall, 'source' | 'request'>): boolean {
  const { values, providerOptions } = request;
  if (!Array.isArray(values) || values.length === 0) return false;
  if (!values.every((value) => typeof value === 'string')) return false;
  const options = withoutHost(providerOptions);
  if (options === undefined) return true;
  return !(PER_TEXT in source) && !hasListOf(values.length, options, MAX_DEPTH);
}

function hasListOf(length: number, value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value) && value.length === length) return true;
  return Object.values(value).some((field) => hasListOf(length, field, depth - 1));
}
