import { describe, expect, it } from 'vitest';
import { END_OF_TIME } from './ledger-intervals.ts';
import { checkCharges, checkClaims, checkEntries, checkHold } from './ledger-numbers.ts';

const NO_NUMBERS = [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '7', undefined, null] as number[];
const NUMBERS = [0, 1, Number.MAX_SAFE_INTEGER];
const entry = { id: 'e', at: 7, group: {}, counts: { calls: 1, nanoUsd: 2 } };
const claim = { counter: 'c', limit: 9, amount: 1, expiresAt: 7 };

const refusal = (what: string, given: unknown): string =>
  `${what}: expected a whole number from 0 to 2^53 - 1, got ${String(given)}`;

describe.each(NO_NUMBERS)('%s', (none) => {
  it.each<[what: string, check: () => void]>([
    ['at of entry e', () => checkEntries([entry, { ...entry, at: none }])],
    ['calls of entry e', () => checkEntries([entry, { ...entry, counts: { ...entry.counts, calls: none } }])],
    ['nanoUsd of entry e', () => checkEntries([{ ...entry, counts: { calls: 1, nanoUsd: none } }])],
    ['amount of c', () => checkCharges([claim, { ...claim, amount: none }])],
    ['end of c', () => checkCharges([claim, { ...claim, expiresAt: none }])],
    ['amount of c', () => checkClaims([claim, { ...claim, amount: none }], 1)],
    ['limit of c', () => checkClaims([claim, { ...claim, limit: none }], 1)],
    ['time to hold', () => checkClaims([claim], none)],
    ['time to hold', () => checkHold(none)],
  ])('is refused for the %s', (what, check) => {
    expect(check).toThrow(new RangeError(refusal(what, none)));
  });
});

it.each(NUMBERS)('%s is taken', (whole) => {
  checkEntries([{ ...entry, counts: { calls: whole } }]);
  checkClaims([{ ...claim, amount: whole, limit: whole, expiresAt: whole }], Math.max(1, whole));
  checkEntries([]);
  checkClaims([], 1);
});

it('nobody holds for no time', () => {
  expect(() => checkHold(0)).toThrow(refusal('time to hold', 0));
  expect(() => checkClaims([claim], 0)).toThrow(refusal('time to hold', 0));
  expect(() => checkHold(1)).not.toThrow();
});

it('nothing is used after the end of time', () => {
  expect(() => checkEntries([{ ...entry, at: END_OF_TIME }])).toThrow(refusal('at of entry e', END_OF_TIME));
  expect(() =>
    checkEntries([
      { ...entry, at: END_OF_TIME - 1 },
      { ...entry, at: 0 },
    ]),
  ).not.toThrow();
});
