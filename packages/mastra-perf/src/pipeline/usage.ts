/** Tokens of one call. Input includes what was read from or written to the provider's cache, output includes reasoning. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of the input that the provider read from its prompt cache. */
  readonly cachedInputTokens: number;
  /** Part of the input that the provider wrote to its prompt cache. */
  readonly cacheWriteTokens: number;
  /** Part of the output that was reasoning. */
  readonly reasoningTokens: number;
}

/**
 * Usage as one shape, from the flat form of specification v2 or the nested form since v3, told apart by shape: Mastra's
 * model router calls itself v2 and passes on what the model behind it reports. `undefined` when nothing was reported.
 */
export function readUsage(usage: unknown): TokenUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const { inputTokens: input, outputTokens: output, ...flat } = usage as Record<string, unknown>;
  const nested = { input: fields(input), output: fields(output) };
  const inputTokens = count(nested.input ? nested.input.total : input);
  const outputTokens = count(nested.output ? nested.output.total : output);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cachedInputTokens: count(nested.input ? nested.input.cacheRead : flat.cachedInputTokens) ?? 0,
    cacheWriteTokens: count(nested.input?.cacheWrite) ?? 0,
    reasoningTokens: count(nested.output ? nested.output.reasoning : flat.reasoningTokens) ?? 0,
  };
}

/** The same shape with every count at zero; `raw` is what the provider billed the first time, so it goes. */
export function zeroUsage(usage: unknown): unknown {
  if (typeof usage === 'number') return 0;
  if (typeof usage !== 'object' || usage === null) return usage;
  const zero: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(usage)) if (name !== 'raw') zero[name] = zeroUsage(value);
  return zero;
}

const fields = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
