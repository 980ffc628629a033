import type { FinishPart } from './parts.ts';

/**
 * The usage of an answer with all of its input. Models of specification v2 from Anthropic and Bedrock leave what was read from and
 * written to the prompt cache out of it, and tell the written part only beside it; then this is the form of v3.
 */
export function finishUsage({ usage, providerMetadata }: FinishPart): unknown {
  const flat = record(usage);
  if (typeof flat?.inputTokens !== 'number') return usage;
  const anthropic = record(providerMetadata?.anthropic);
  const bedrock = record(record(providerMetadata?.bedrock)?.usage);
  if (!anthropic && !bedrock) return usage;
  const cacheRead = count(flat.cachedInputTokens);
  const cacheWrite = count(anthropic?.cacheCreationInputTokens) || count(bedrock?.cacheWriteInputTokens);
  if (cacheRead + cacheWrite === 0) return usage;
  return {
    inputTokens: { total: flat.inputTokens + cacheRead + cacheWrite, cacheRead, cacheWrite },
    outputTokens: { total: flat.outputTokens, reasoning: flat.reasoningTokens },
    raw: anthropic?.usage,
  };
}

const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
