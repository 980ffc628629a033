import { rateFor, type Rate, type RateCard } from './rate-card.ts';

/** Prices in dollars for what is known of a call before it is made. */
export interface TokenBounds {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The most that a request within these bounds can cost, or `undefined` where a rate is missing: nothing is read from the
 * provider's cache, or all of it if that should be dearer; all of it is written there; all output is reasoning where that
 * costs more. Where the price depends on the length of the input, it is the dearest length up to the bound.
 */
export function dearestCost(card: RateCard, { inputTokens, outputTokens }: TokenBounds): number | undefined {
  const { input_mtok, output_mtok, requests_kcount } = card;
  if ((input_mtok === undefined && inputTokens > 0) || (output_mtok === undefined && outputTokens > 0))
    return undefined;
  const input = [input_mtok, card.cache_read_mtok, card.cache_write_mtok, card.cache_write_1h_mtok];
  const output = [output_mtok, card.output_reasoning_mtok];
  const all = [...input, ...output, requests_kcount];
  // A step up in price begins after its start: what costs most is the longest input of some step.
  const lengths = [inputTokens, ...all.flatMap(startsOf).filter((start) => start < inputTokens)];
  const costs = lengths.map(
    (length) =>
      (length * dearest(input, length) + outputTokens * dearest(output, length)) / 1e6 +
      dearest([requests_kcount], length) / 1e3,
  );
  return Math.max(...costs);
}

const startsOf = (rate: Rate | undefined): number[] =>
  typeof rate === 'object' ? rate.tiers.map(({ start }) => start) : [];

const dearest = (rates: readonly (Rate | undefined)[], length: number): number =>
  Math.max(0, ...rates.map((rate) => (rate === undefined ? 0 : rateFor(rate, length))));
