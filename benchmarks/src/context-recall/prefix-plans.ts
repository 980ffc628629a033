import type { ContextWindowOptions } from 'mastra-perf';

export const PREFIX_BUDGET = 8000;

export interface PrefixPlan {
  readonly name: string;
  readonly hasVectors: boolean;
  readonly context: ContextWindowOptions;
}

const plan = (name: string, context: ContextWindowOptions, hasVectors = false): PrefixPlan => ({
  name,
  hasVectors,
  context: { maxTokens: PREFIX_BUDGET, ...context },
});

export const BLOCK_ALONE = "trim: 'block'";
/** These must not cost much more. */
export const RECALL = [`${BLOCK_ALONE}, recall`, `${BLOCK_ALONE}, recall, without vectors`] as const;

export const prefixPlans: readonly PrefixPlan[] = [
  plan(BLOCK_ALONE, {}),
  plan("trim: 'slide'", { trim: 'slide' }),
  plan(RECALL[0], { recall: true }, true),
  plan(RECALL[1], { recall: true }),
  plan(`${BLOCK_ALONE}, recall with fill: 'all'`, { recall: { fill: 'all' } }, true),
];
