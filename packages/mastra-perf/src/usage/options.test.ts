import { expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { usageSchema, type UsageOptions, type UsageSettings } from './options.ts';

const parse = (given: unknown): UsageSettings => parseOptions(usageSchema, given, 'usage');

it('passes prices on', () => {
  const given: UsageOptions = {
    prices: { 'acme/*': { inputPerMillion: 1, outputPerMillion: 0, cachedInputPerMillion: 0.5 } },
  };
  expect(parse(given)).toEqual(given);
  expect(parse({})).toEqual({});
});

it.each([
  [{ price: {} }, 'did you mean "prices"'],
  [{ prices: 5 }, "usage.prices: expected an object with 'provider/model' or model ids as keys"],
  [
    { prices: { x: { inputPerMillion: -1, outputPerMillion: 1 } } },
    'usage.prices.x.inputPerMillion: expected a price in dollars per million tokens, 0 or more, got -1',
  ],
  [
    { prices: { 'a/b': { inputPerMillion: 1 } } },
    'usage.prices["a/b"].outputPerMillion: expected a price in dollars per million tokens',
  ],
  [
    { prices: { x: { inputPerMillion: 1, outputPerMillion: '2' } } },
    'usage.prices.x.outputPerMillion: expected a price',
  ],
  [
    { prices: { x: { inputPerMillion: 1, outputPerMillion: 2, perToken: 3 } } },
    'usage.prices.x.perToken: expected one of: inputPerMillion, outputPerMillion',
  ],
])('refuses %j', (given, message) => {
  expect(() => parse(given)).toThrow(message);
});
