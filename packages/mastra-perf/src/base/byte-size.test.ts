import { describe, expect, it } from 'vitest';
import { parseByteSize } from './byte-size.ts';

const good: ReadonlyArray<readonly [given: unknown, bytes: number]> = [
  ['1b', 1],
  ['512kb', 524_288],
  ['64mb', 67_108_864],
  ['1gb', 1_073_741_824],
  ['1.5kb', 1536],
  ['1.5b', 1],
  ['64 MB', 67_108_864],
  [' 1kb ', 1024],
  [1, 1],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];

const bad: readonly unknown[] = [
  '',
  'mb',
  '64',
  '64m',
  '64mib',
  '64 megabytes',
  '-1kb',
  '0kb',
  '0.5b',
  '1e3kb',
  '99999999999gb',
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  1n,
  true,
  null,
  undefined,
  {},
  [1],
];

describe('parseByteSize', () => {
  it.each(good)('takes %j for %d bytes', (given, bytes) => {
    expect(parseByteSize(given)).toBe(bytes);
  });

  it.each(bad.map((given) => [given]))('does not take %o', (given) => {
    expect(parseByteSize(given)).toBeUndefined();
  });
});
