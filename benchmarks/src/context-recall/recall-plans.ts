import { TokenLimiterProcessor } from '@mastra/core/processors';
import type { ContextWindowOptions } from 'mastra-perf';

/** How an agent makes its prompts. */
export interface RecallPlan {
  readonly name: string;
  /** One of ours: it must keep the budget and the last messages. */
  readonly isOurs: boolean;
  /** Whether its memory has an embedding model. */
  readonly hasVectors: boolean;
  readonly context?: (budget: number) => ContextWindowOptions;
  /** Fields of the agent. */
  readonly agent?: (budget: number) => object;
  /** Of its memory. */
  readonly semanticRecall?: (budget: number) => object;
}

/**
 * A hit is recalled with the messages beside it, 120 tokens or so. More hits than fit are worse: the limiter then leaves out the older
 * messages, whatever they say. Of 80, 100, 120 and 150, and of 35, 45 and 55 without neighbours, this finds most over the four budgets.
 */
const TOKENS_PER_HIT = 120;
const LAST_TOKENS = 300;

const ours = (name: string, fill: 'all' | 'relevant', hasVectors: boolean): RecallPlan => ({
  name,
  isOurs: true,
  hasVectors,
  context: (maxTokens) => ({ maxTokens, recall: { fill, maxTokens } }),
});

export const recallPlans: readonly RecallPlan[] = [
  {
    name: 'Mastra: SemanticRecall + TokenLimiter',
    isOurs: false,
    hasVectors: true,
    agent: (limit) => ({ inputProcessors: [new TokenLimiterProcessor({ limit })] }),
    semanticRecall: (budget) => ({
      topK: Math.max(1, Math.floor((budget - LAST_TOKENS) / TOKENS_PER_HIT)),
      messageRange: 1,
      scope: 'thread',
    }),
  },
  ours("mastra-perf, fill: 'relevant', without vectors", 'relevant', false),
  ours("mastra-perf, fill: 'relevant'", 'relevant', true),
  ours("mastra-perf, fill: 'all', without vectors", 'all', false),
  ours("mastra-perf, fill: 'all'", 'all', true),
];
