import type { PriceCalculation } from '@pydantic/genai-prices';
import { providerFamily } from '../pipeline/model-name.ts';
import { priceCorrections, type PriceCorrection } from './price-corrections.ts';
import type { Rate, RateCard } from './rate-card.ts';

/** Rates of a model at a moment: some prices change on a date, some with the time of day. */
export type RatesAt = (at: Date) => RateCard;

export interface PriceTable {
  /** `undefined` for a model that is not in the table. */
  find(provider: string, modelId: string): RatesAt | undefined;
  /** Tokens that a model takes, its answer included, where that is known. */
  windowOf?(provider: string, modelId: string): number | undefined;
}

/** Providers as AI SDK and Mastra call them, where genai-prices has another id. Equal ids need no entry. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws',
  'azure-openai': 'azure',
  bedrock: 'aws',
  'cloudflare-workers-ai': 'cloudflare',
  'fireworks-ai': 'fireworks',
  'google-vertex': 'google',
  'google-vertex-anthropic': 'google',
  'novita-ai': 'novita',
  togetherai: 'together',
  vertex: 'google',
  voyage: 'voyageai',
  xai: 'x-ai',
};

/**
 * What Vercel's AI Gateway is called by Mastra and by the AI SDK. It charges the vendor's list price, as of 2026-05-22:
 * https://vercel.com/docs/ai-gateway/pricing
 */
const AT_LIST_PRICE = new Set(['gateway', 'vercel']);

/**
 * The table of `@pydantic/genai-prices`, corrected where it is known to be wrong. It takes 40 to 60 ms to load and is
 * therefore loaded on first use.
 */
export async function loadPriceTable(
  corrections: Readonly<Record<string, PriceCorrection>> = priceCorrections,
): Promise<PriceTable> {
  const { calcPrice } = await import('@pydantic/genai-prices');

  /** Prices no tokens: only to learn which model and which rates are meant. */
  const lookUp = (provider: string, modelId: string): PriceCalculation | undefined => {
    const found = calcPrice({}, modelId, { providerId: provider });
    // The library also takes a name that merely contains a known one ("openai-compatible"): somebody else's prices.
    return found?.provider.id === provider ? found : undefined;
  };

  const namesOf = (provider: string, modelId: string): { readonly id: string; readonly name: string } => {
    const [vendor, rest] = splitVendor(modelId);
    const family = providerFamily(provider);
    const id = priceId(AT_LIST_PRICE.has(family) ? vendor : family);
    // Google's own ids may stand in a folder: models/gemini-2.5-pro.
    const name = priceId(vendor) === id || (id === 'google' && vendor === 'models') ? rest : modelId;
    return { id, name };
  };

  return {
    windowOf(provider, modelId) {
      const { id, name } = namesOf(provider, modelId);
      return (lookUp(id, name) ?? lookUp(id, modelId))?.model.context_window;
    },
    find(provider, modelId) {
      const { id, name } = namesOf(provider, modelId);
      const correction = corrections[`${id}/${name.toLowerCase()}`];
      if (correction && 'card' in correction) return () => correction.card;
      const found = correction ? lookUp(id, correction.asModel) : (lookUp(id, name) ?? lookUp(id, modelId));
      if (!found) return undefined;
      const { model, provider: listed, model_price: first } = found;
      const complete = (card: RateCard): RateCard => (isClaude(model.id) ? withHourWrites(card) : card);
      const card = isFree(model.id, first) ? FREE : complete(first);
      if (!Array.isArray(model.prices)) return () => card;
      // Not every model of the table goes by its own id; alone, any id means it.
      const alone = { ...listed, models: [{ ...model, match: { starts_with: '' } }] };
      return perMinute((at) => {
        const dated = calcPrice({}, model.id, { provider: alone, timestamp: at })?.model_price;
        return dated ? complete(dated) : card;
      });
    },
  };
}

/** Prices change at full minutes. To ask takes 10 to 20 us, and a call with a budget asks five times. */
function perMinute(ask: RatesAt): RatesAt {
  const known = new Map<number, RateCard>();
  return (at) => {
    const minute = Math.floor(at.getTime() / 60_000);
    let card = known.get(minute);
    if (!card) {
      if (known.size >= MAX_MINUTES) known.clear();
      card = ask(at);
      known.set(minute, card);
    }
    return card;
  };
}

const MAX_MINUTES = 8;

const FREE: RateCard = { input_mtok: 0, output_mtok: 0 };

/** Rates that are missing are unknown, except where the name says that there are none. */
const isFree = (modelId: string, card: object): boolean =>
  modelId.endsWith(':free') && Object.keys(card).length === 0;

const isClaude = (modelId: string): boolean => modelId.toLowerCase().includes('claude');

/**
 * Wherever they are sold, a write to the cache of Anthropic's models costs 1.25 times the input, and one that lasts an hour
 * 2 times. The table lacks the second where others sell them, as of 2026-11:
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
function withHourWrites(card: RateCard): RateCard {
  const { cache_write_mtok, cache_write_1h_mtok } = card;
  if (cache_write_mtok === undefined || cache_write_1h_mtok !== undefined) return card;
  return { ...card, cache_write_1h_mtok: times(cache_write_mtok, 2 / 1.25) };
}

const times = (rate: Rate, factor: number): Rate =>
  typeof rate === 'number'
    ? rate * factor
    : {
        base: rate.base * factor,
        tiers: rate.tiers.map(({ start, price }) => ({ start, price: price * factor })),
      };

const priceId = (provider: string): string => PROVIDER_IDS[provider] ?? provider;

/** `'openai/gpt-4o-mini'`, as gateways name models, into vendor and model; no vendor without a slash. */
function splitVendor(modelId: string): [vendor: string, rest: string] {
  const slash = modelId.indexOf('/');
  return slash < 0 ? ['', modelId] : [modelId.slice(0, slash).toLowerCase(), modelId.slice(slash + 1)];
}
