import { modelName, providerFamily } from '../pipeline/model-name.ts';
import type { ModelPrice } from './options.ts';
import type { RateCard } from './rate-card.ts';

/** Finds the rates that a user gave for a model. */
export type PriceOverrides = (provider: string, modelId: string) => RateCard | undefined;

export function priceOverrides(prices: Readonly<Record<string, ModelPrice>>): PriceOverrides {
  const rules = Object.entries(prices)
    .map(([key, price]) => ({ fits: wildcard(key), rank: rankOf(key), card: cardOf(price) }))
    .toSorted((a, b) => b.rank - a.rank);
  return (provider, modelId) => {
    const id = modelId.toLowerCase();
    const names = [
      id,
      `${provider.toLowerCase()}/${id}`,
      `${providerFamily(provider)}/${id}`,
      modelName(provider, id),
    ];
    return rules.find((rule) => names.some(rule.fits))?.card;
  };
}

/** Keys without a wildcard come first, then those with more text of their own. */
const rankOf = (key: string): number => (key.includes('*') ? 0 : 1e6) + key.replaceAll('*', '').length;

function wildcard(key: string): (name: string) => boolean {
  const parts = key.trim().toLowerCase().split(/\*+/);
  const pattern = new RegExp(`^${parts.map(escapeText).join('.*')}$`, 's');
  return (name) => pattern.test(name);
}

const escapeText = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');

export const cardOf = (price: ModelPrice): RateCard => ({
  input_mtok: price.inputPerMillion,
  output_mtok: price.outputPerMillion,
  cache_read_mtok: price.cachedInputPerMillion,
  cache_write_mtok: price.cacheWritePerMillion,
  cache_write_1h_mtok: price.cacheWrite1hPerMillion,
});
