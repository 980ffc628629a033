import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

const good: ReadonlyArray<readonly [given: unknown, ms: number]> = [
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['1.5h', 5_400_000],
  ['0.5ms', 0.5],
  [' 5m ', 300_000],
  ['5 m', 300_000],
  [1, 1],
  [0.25, 0.25],
  ['3650d', 315_360_000_000],
  [315_360_000_000, 315_360_000_000],
];

const bad: readonly unknown[] = [
  '',
  ' ',
  '5',
  'm',
  '5 minutes',
  '5minutess',
  '5M',
  '-5m',
  '+5m',
  '0m',
  '0.0h',
  '1e3ms',
  '.5s',
  '5.s',
  '5,5s',
  '1h30m',
  '5\n\nm',
  'Infinityd',
  '3651d',
  '99999999999999999999w',
  0,
  -1,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  315_360_000_001,
  5n,
  true,
  null,
  undefined,
  {},
  [],
  ['5m'],
  new Date(5),
  () => 5,
];

describe('parseDuration', () => {
  it.each(good)('takes %j for %d ms', (given, ms) => {
    expect(parseDuration(given)).toBe(ms);
  });

  it.each(bad.map((given) => [given]))('does not take %o', (given) => {
    expect(parseDuration(given)).toBeUndefined();
  });

  it('gives a positive finite number or nothing, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.stringMatching(/^ ?\d{0,4}(\.\d{0,2})? ?(ms|s|m|h|d|w|y)?$/)),
        (given) => {
          const ms = parseDuration(given);
          expect(ms === undefined || (ms > 0 && Number.isFinite(ms))).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
