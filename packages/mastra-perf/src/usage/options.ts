import * as z from 'zod/mini';
import { options } from '../base/schema.ts';
import type { BudgetOptions, BudgetRules } from './budget-options.ts';
import { budgetRulesShape } from './budget-rules.ts';
import { budgetsSchema, type Budget } from './budget-schema.ts';

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  /** Input tokens. */
  readonly inputPerMillion: number;
  /** Output tokens. */
  readonly outputPerMillion: number;
  /**
   * Input that the provider read from its prompt cache.
   * @default inputPerMillion
   */
  readonly cachedInputPerMillion?: number;
  /**
   * Input that the provider wrote to its prompt cache.
   * @default inputPerMillion
   */
  readonly cacheWritePerMillion?: number;
  /**
   * The same where the provider keeps it for an hour, which Anthropic bills higher.
   * @default cacheWritePerMillion
   */
  readonly cacheWrite1hPerMillion?: number;
}

/** Accounting of tokens and dollars, and limits on them. */
export interface UsageOptions extends BudgetRules {
  /**
   * Limits on what calls may spend. They also hold for agents and calls whose usage is not counted.
   * @default none
   */
  readonly budgets?: readonly BudgetOptions[];
  /**
   * Prices that win over the built-in table, for models that it does not know and for rates of your own. A key is
   * `'provider/model'` or a model id, in any case; `*` stands for any text, and of several keys that fit the most
   * specific one counts. The provider is the one of the model without what follows its first dot (`openai` for
   * `openai.chat`). One list holds for all agents: a model costs the same whoever asks it.
   *
   * Without an entry here a model is priced from the table of `@pydantic/genai-prices`, by its provider: a model id that
   * is well known elsewhere has no price at a provider that is not. A model without a price is reported as unpriced,
   * never as free.
   * Fees for tools and the discounts of batch and flex processing are not in the figures.
   * @example { 'acme/*': { inputPerMillion: 0.2, outputPerMillion: 0.8 } }
   * @default none
   */
  readonly prices?: Readonly<Record<string, ModelPrice>>;
}

export interface UsageSettings extends BudgetRules {
  readonly prices?: Readonly<Record<string, ModelPrice>>;
  readonly budgets?: readonly Budget[];
}

const price = () =>
  z.custom<number>((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0, {
    error: 'a price in dollars per million tokens, 0 or more',
  });

const modelPrice = options(() => ({
  inputPerMillion: price(),
  outputPerMillion: price(),
  cachedInputPerMillion: z.optional(price()),
  cacheWritePerMillion: z.optional(price()),
  cacheWrite1hPerMillion: z.optional(price()),
}));

export const usageSchema = options(() => ({
  budgets: z.optional(budgetsSchema()),
  ...budgetRulesShape(),
  prices: z.optional(
    z.record(z.string(), modelPrice, {
      error: "an object with 'provider/model' or model ids as keys and prices as values",
    }),
  ),
}));
