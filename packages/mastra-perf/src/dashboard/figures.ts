import type { DashboardFigures } from './dashboard-data.ts';

export const NO_FIGURES: DashboardFigures = {
  calls: 0,
  misses: 0,
  hits: 0,
  stale: 0,
  shared: 0,
  bypassed: 0,
  errors: 0,
  aborted: 0,
  modelCalls: 0,
  embeddingCalls: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  spent: { inputTokens: 0, outputTokens: 0, usd: 0 },
  saved: { calls: 0, embeddings: 0, inputTokens: 0, outputTokens: 0, usd: 0, ms: 0 },
};

/** Those of a report that are shown, as they are. */
export function figuresOf(row: DashboardFigures): DashboardFigures {
  const { spent, saved } = row;
  return {
    calls: row.calls,
    misses: row.misses,
    hits: row.hits,
    stale: row.stale,
    shared: row.shared,
    bypassed: row.bypassed,
    errors: row.errors,
    aborted: row.aborted,
    modelCalls: row.modelCalls,
    embeddingCalls: row.embeddingCalls,
    unpricedCalls: row.unpricedCalls,
    estimatedCalls: row.estimatedCalls,
    spent: { inputTokens: spent.inputTokens, outputTokens: spent.outputTokens, usd: spent.usd },
    saved: {
      calls: saved.calls,
      embeddings: saved.embeddings,
      inputTokens: saved.inputTokens,
      outputTokens: saved.outputTokens,
      usd: saved.usd,
      ms: saved.ms,
    },
  };
}
