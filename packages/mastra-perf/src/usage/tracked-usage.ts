import { PerfConfigError } from '../errors.ts';

type Count = number | null | undefined;

/** Tokens of one request: `usage` of the AI SDK or of Mastra in any of their forms, or counts of your own. */
export interface TrackedUsage {
  /** All of them, those from and for the provider's cache included. */
  readonly inputTokens?:
    | Count
    | { readonly total?: Count; readonly cacheRead?: Count; readonly cacheWrite?: Count };
  /** All of them, reasoning included. */
  readonly outputTokens?: Count | { readonly total?: Count; readonly reasoning?: Count };
  readonly cachedInputTokens?: Count;
  readonly cacheWriteTokens?: Count;
  readonly reasoningTokens?: Count;
  /** AI SDK 6 and later. */
  readonly inputTokenDetails?: { readonly cacheReadTokens?: Count; readonly cacheWriteTokens?: Count };
  readonly outputTokenDetails?: { readonly reasoningTokens?: Count };
  /** Mastra. */
  readonly cacheCreationInputTokens?: Count;
  readonly cacheCreationInputTokens1h?: Count;
  /** AI SDK 4. */
  readonly promptTokens?: Count;
  readonly completionTokens?: Count;
  /** Of an embedding model. */
  readonly tokens?: Count;
}

const PATH = 'usage.track.usage';
const ACCEPTED =
  'usage as the AI SDK tells it (of a stream when it has come: await it), or { inputTokens, outputTokens }';
/** One of them is there, if only as `undefined` because the provider told nothing. */
const TOTALS = ['inputTokens', 'outputTokens', 'promptTokens', 'completionTokens', 'tokens'];

/**
 * In the form in which models of specification v3 report it, or embedding models.
 *
 * @throws PerfConfigError
 */
export function reportedUsage(given: unknown): { readonly embedding: boolean; readonly usage: object } {
  if (typeof given !== 'object' || given === null || !TOTALS.some((name) => name in given))
    throw new PerfConfigError(PATH, given, ACCEPTED);
  const count = (...paths: string[]): number | undefined => firstCount(given, paths);
  const tokens = count('tokens');
  if (tokens !== undefined) return { embedding: true, usage: { tokens } };
  const forAnHour = count('cacheCreationInputTokens1h');
  const raw: unknown = forAnHour
    ? { cache_creation: { ephemeral_1h_input_tokens: forAnHour } }
    : Reflect.get(given, 'raw');
  return {
    embedding: false,
    usage: {
      inputTokens: {
        total: count('inputTokens.total', 'inputTokens', 'promptTokens'),
        cacheRead: count('inputTokens.cacheRead', 'inputTokenDetails.cacheReadTokens', 'cachedInputTokens'),
        cacheWrite: count(
          'inputTokens.cacheWrite',
          'inputTokenDetails.cacheWriteTokens',
          'cacheCreationInputTokens',
          'cacheWriteTokens',
        ),
      },
      outputTokens: {
        total: count('outputTokens.total', 'outputTokens', 'completionTokens'),
        reasoning: count('outputTokens.reasoning', 'outputTokenDetails.reasoningTokens', 'reasoningTokens'),
      },
      raw,
    },
  };
}

function firstCount(usage: object, paths: readonly string[]): number | undefined {
  for (const path of paths) {
    const value = path.split('.').reduce<unknown>((at, name) => Object(at)[name], usage);
    if (value === undefined || value === null || typeof value === 'object') continue;
    if (Number.isFinite(value) && (value as number) >= 0 && (value as number) <= Number.MAX_SAFE_INTEGER)
      return value as number;
    throw new PerfConfigError(`${PATH}.${path}`, value, 'a number of tokens from 0');
  }
  return undefined;
}
