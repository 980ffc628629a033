import type { BilledTokens } from './billed-tokens.ts';

/** Dollars per unit; `tiers` replace `base` for the whole request when its input is longer than `start` tokens. */
export type Rate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

/** Rates by the names that `@pydantic/genai-prices` gives them; `mtok` is a million tokens, `kcount` a thousand. */
export interface RateCard {
  readonly input_mtok?: Rate | undefined;
  readonly output_mtok?: Rate | undefined;
  readonly cache_read_mtok?: Rate | undefined;
  readonly cache_write_mtok?: Rate | undefined;
  readonly cache_write_1h_mtok?: Rate | undefined;
  readonly output_reasoning_mtok?: Rate | undefined;
  readonly requests_kcount?: Rate | undefined;
}

/**
 * US dollars for one request, or `undefined` where a kind of token was used that has no rate. A kind without a rate of
 * its own costs what the kind does that it is part of. Fees for tools (web search, file storage) are not in it.
 *
 * Same arithmetic as `calcPrice` of genai-prices, which takes 10 to 40 us a call because it checks its price data every
 * time; the test compares the two for every model of the table.
 */
export function costOf(card: RateCard, tokens: BilledTokens): number | undefined {
  const {
    inputTokens,
    outputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens,
    reasoningTokens,
  } = tokens;
  const cacheWrite = card.cache_write_mtok ?? card.input_mtok;
  const items: readonly (readonly [count: number, rate: Rate | undefined])[] = [
    [inputTokens - cachedInputTokens - cacheWriteTokens, card.input_mtok],
    [cachedInputTokens, card.cache_read_mtok ?? card.input_mtok],
    [cacheWriteTokens - cacheWrite1hTokens, cacheWrite],
    [cacheWrite1hTokens, card.cache_write_1h_mtok ?? cacheWrite],
    [outputTokens - reasoningTokens, card.output_mtok],
    [reasoningTokens, card.output_reasoning_mtok ?? card.output_mtok],
  ];
  let perMillion = 0;
  for (const [count, rate] of items) {
    if (count === 0) continue;
    if (rate === undefined) return undefined;
    perMillion += count * rateFor(rate, inputTokens);
  }
  return perMillion / 1e6 + rateFor(card.requests_kcount ?? 0, inputTokens) / 1e3;
}

/** The rate for a request whose input is so long. */
export function rateFor(rate: Rate, inputTokens: number): number {
  if (typeof rate === 'number') return rate;
  let reached = { start: -1, price: rate.base };
  for (const tier of rate.tiers) if (inputTokens > tier.start && tier.start > reached.start) reached = tier;
  return reached.price;
}
