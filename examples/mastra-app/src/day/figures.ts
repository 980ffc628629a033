import type { EmbedderCounts } from '../embedding/local-embedder.ts';
import { costOf, type BilledTokens } from './cost-of.ts';
import type { PlayedDay } from './play-day.ts';

/** What a day cost and how it felt. */
export interface Figures {
  readonly modelCalls: number;
  readonly embeddingCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly firstTextP50Ms: number;
  readonly wallMs: number;
}

/** Calls, tokens and dollars are those in the provider's own log; times are those of the calls that were answered. */
export function figuresOf(
  played: PlayedDay,
  billed: BilledTokens & { readonly requests: number },
  embedder: EmbedderCounts,
): Figures {
  const answered = played.answers.filter((answer) => answer.error === undefined);
  const ms = answered.map((answer) => answer.ms);
  return {
    modelCalls: billed.requests,
    embeddingCalls: embedder.calls,
    inputTokens: billed.inputTokens,
    outputTokens: billed.outputTokens,
    usd: costOf(billed),
    p50Ms: percentile(ms, 0.5),
    p95Ms: percentile(ms, 0.95),
    firstTextP50Ms: percentile(
      answered.flatMap((answer) => answer.firstTextMs ?? []),
      0.5,
    ),
    wallMs: played.wallMs,
  };
}

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
