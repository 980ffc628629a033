import type { RateCard } from './rate-card.ts';

/** What a model really costs: what another one of the table does, or rates of its own. */
export type PriceCorrection = { readonly asModel: string } | { readonly card: RateCard };

/**
 * Names that genai-prices 0.1.8 takes for an older model than the provider does, by its id for the provider and the
 * model's. A test fails when one of them is not needed any more.
 */
export const priceCorrections: Readonly<Record<string, PriceCorrection>> = {
  // https://mistral.ai/pricing/api, 2026-09-21: Mistral Large 3 at 0.50 and 1.50, Mistral Small 4 at 0.15 and 0.60
  'mistral/mistral-large-latest': { asModel: 'mistral-large-2512' },
  'mistral/mistral-small-latest': { asModel: 'mistral-small-2603' },
  // https://aws.amazon.com/bedrock/pricing/, 2026-05: 0.02, where the table has the 0.10 of the first version
  'aws/amazon.titan-embed-text-v2:0': { card: { input_mtok: 0.02 } },
};
