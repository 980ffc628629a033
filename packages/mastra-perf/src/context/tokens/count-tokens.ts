import { PerfConfigError } from '../../errors.ts';
import type { ModelReference } from './counted-model.ts';
import type { TokenCount } from './token-counting.ts';

/** A request as a model gets it, or as an app has it. */
export interface TokenRequest {
  readonly prompt?: readonly unknown[];
  readonly messages?: readonly unknown[];
  /** As a model gets them: with a name, a description and a JSON schema. */
  readonly tools?: readonly unknown[];
  readonly responseFormat?: { readonly type: string };
}

/** A text, messages of any kind that AI SDK and Mastra have, or a whole request. */
export type TokenInput = string | readonly unknown[] | TokenRequest;

/**
 * How many input tokens something is for a model.
 *
 * Models of OpenAI are counted with their own vocabulary; the first such count in a process takes 0.2 to 0.3 s to load it, and
 * needs 70 MB. All others are estimated, and so are tools, images and files, texts beyond 256 kB, and everything where
 * `gpt-tokenizer` is not installed; `exact` is `false` then. A text counts by itself; messages with what stands around them.
 *
 * @param model `'openai/gpt-4o-mini'`, `{ provider, modelId }` or an id. A model that is not known is estimated by a mean of others.
 * @throws PerfConfigError for something else than these.
 */
export async function countTokens(input: TokenInput, model: ModelReference): Promise<TokenCount> {
  const id: unknown = typeof model === 'object' && model !== null ? model.modelId : model;
  if (typeof id !== 'string')
    throw new PerfConfigError('countTokens: model', model, "'provider/model' or { provider, modelId }");
  const given = readInput(input);
  const { createTokenCounting } = await import('./token-counting.ts');
  const counter = await createTokenCounting().load(model);
  if (typeof given === 'string') return counter.text(given);
  const { tokens, exact } = counter.request(given as Parameters<typeof counter.request>[0]);
  return { tokens, exact };
}

function readInput(input: TokenInput): string | (TokenRequest & { readonly prompt: readonly unknown[] }) {
  if (typeof input === 'string') return input;
  const request: TokenRequest = isList(input) ? { prompt: input } : { ...input };
  const prompt = request.prompt ?? request.messages;
  if (isList(prompt)) return { ...request, prompt };
  throw new PerfConfigError('countTokens: input', input, 'a text, messages, or a request with a prompt');
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
