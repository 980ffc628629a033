import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { billedTokens } from './billed-tokens.ts';
import { providerFamily } from '../pipeline/model-name.ts';
import type { ModelPrice } from './options.ts';
import { dearestCost, type TokenBounds } from './dearest-cost.ts';
import { cardOf, priceOverrides } from './price-overrides.ts';
import { loadPriceTable, type PriceTable, type RatesAt } from './price-table.ts';
import { costOf } from './rate-card.ts';

/** What calls cost. It never throws and never rejects: a price that cannot be told is `undefined`, never 0. */
export interface PriceBook {
  /** Loads the price table, once. Resolves also when that fails; then only overrides have prices. */
  ready(): Promise<void>;
  /**
   * US dollars that a provider bills for a usage as an AI SDK model reports it, of any specification or of an embedding.
   * `undefined` when the price or the usage is unknown, and as long as the table is not loaded, which this call starts.
   */
  usdOf(provider: string, modelId: string, usage: unknown): number | undefined;
  /** Tokens that a model takes, its answer included, after {@link ready}; `undefined` if that is not known. */
  windowOf(provider: string, modelId: string): number | undefined;
  /** The most that a call within these bounds costs if it is billed now or `laterMs` from now. */
  mostUsdOf(provider: string, modelId: string, bounds: TokenBounds, laterMs?: number): number | undefined;
}

export interface PriceBookOptions {
  /** Prices that win over the table, by `'provider/model'` or model id, with `*`. */
  readonly overrides?: Readonly<Record<string, ModelPrice>>;
  /** Prices for what is neither there nor in the table. */
  readonly fallback?: (model: {
    readonly provider: string;
    readonly modelId: string;
  }) => ModelPrice | undefined;
  /** Now decides which of several dated prices counts. */
  readonly clock: Clock;
  /** Told once per model that has no price, for the first 1,000 of them. */
  readonly onUnpriced: (provider: string, modelId: string) => void;
  readonly fault: (where: string, error: unknown) => void;
  /** Where prices come from. @default the table of `@pydantic/genai-prices` */
  readonly load?: () => Promise<PriceTable>;
}

/** Distinct models that are remembered; beyond them the least recently used are looked up again. */
const MAX_MODELS = 1_000;
const EMPTY: PriceTable = { find: () => undefined };

export function createPriceBook({
  overrides,
  fallback,
  clock,
  onUnpriced,
  fault,
  load = loadPriceTable,
}: PriceBookOptions): PriceBook {
  const overridden = priceOverrides(overrides ?? {});
  const known = new LRUCache<string, { readonly rates: RatesAt | undefined }>({ max: MAX_MODELS });
  const told = new Set<string>();
  let table: PriceTable | undefined;
  let loading: Promise<void> | undefined;

  const ready = (): Promise<void> => {
    loading ??= load().then(
      (loaded) => void (table = loaded),
      (error: unknown) => {
        table = EMPTY;
        fault('usage.prices', error);
      },
    );
    return loading;
  };

  /** `undefined` as long as nothing can be said. */
  const lookUp = (provider: string, modelId: string): { readonly rates: RatesAt | undefined } | undefined => {
    const key = `${provider}\n${modelId}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const card = overridden(provider, modelId);
    if (!card && !table) return void ready();
    const found = {
      rates: card ? () => card : (table?.find(provider, modelId) ?? instead(provider, modelId)),
    };
    known.set(key, found);
    return found;
  };

  const instead = (provider: string, modelId: string): RatesAt | undefined => {
    const price = fallback?.({ provider, modelId });
    const card = price && cardOf(price);
    return card && (() => card);
  };

  const unpriced = (provider: string, modelId: string): undefined => {
    const key = `${provider}\n${modelId}`;
    if (told.has(key) || told.size >= MAX_MODELS) return;
    told.add(key);
    onUnpriced(providerFamily(provider), modelId);
  };

  return {
    ready,
    usdOf(provider, modelId, usage) {
      try {
        const tokens = billedTokens(usage);
        const found = tokens && lookUp(provider, modelId);
        if (!found) return undefined;
        const usd = found.rates && costOf(found.rates(new Date(clock.now())), tokens);
        return usd ?? unpriced(provider, modelId);
      } catch (error) {
        fault('usage.prices', error);
        return undefined;
      }
    },
    windowOf(provider, modelId) {
      try {
        return table?.windowOf?.(provider, modelId);
      } catch (error) {
        fault('usage.prices', error);
        return undefined;
      }
    },
    mostUsdOf(provider, modelId, bounds, laterMs = 0) {
      try {
        const rates = lookUp(provider, modelId)?.rates;
        if (!rates) return undefined;
        const at = (time: number): number => dearestCost(rates(new Date(time)), bounds) ?? Number.NaN;
        const most = Math.max(at(clock.now()), at(clock.now() + laterMs));
        return Number.isNaN(most) ? undefined : most;
      } catch (error) {
        fault('usage.prices', error);
        return undefined;
      }
    },
  };
}
