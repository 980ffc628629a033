import { describe, expect, it } from 'vitest';
import { refusalOf } from './test-limits.ts';
import { throttledFor } from './throttled-for.ts';

const NOW = Date.UTC(2030, 0, 1);
const waitOf = (status: number, headers: Readonly<Record<string, string>>) =>
  throttledFor(refusalOf(status, headers), NOW);

describe('what a provider says that has too much to do', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'Retry-After': '0.5' }, 500],
    [{ 'retry-after': new Date(NOW + 12_000).toUTCString() }, 12_000],
    [{ 'retry-after': new Date(NOW - 12_000).toUTCString() }, 0],
    [{ 'retry-after-ms': '1234', 'retry-after': '2' }, 1234],
    [{ 'retry-after': '999999' }, 600_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m2.5s' }, 62_500],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '85ms' }, 85],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.5' }, 7500],
    [
      {
        'x-ratelimit-remaining-requests': '9',
        'x-ratelimit-reset-requests': '30s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6s',
      },
      6000,
    ],
    [{ 'x-ratelimit-reset': String(NOW + 3000) }, 3000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 4) }, 4000],
    [{ 'x-ratelimit-reset': '5' }, 5000],
  ])('is read from %j', (headers, waitMs) => {
    expect(waitOf(429, headers)).toEqual({ waitMs });
  });

  it.each([{}, { 'retry-after': 'soon' }, { 'x-ratelimit-reset-requests': '6m0s' }])(
    'is a 429 without a time with %j',
    (headers) => {
      expect(waitOf(429, headers)).toEqual({});
    },
  );

  it.each([503, 529])('is a %d only with a time', (status) => {
    expect(waitOf(status, { 'retry-after': '3' })).toEqual({ waitMs: 3000 });
    expect(waitOf(status, {})).toBeUndefined();
  });

  it.each([200, 400, 401, 404, 500])('is no %d', (status) => {
    expect(waitOf(status, { 'retry-after': '3' })).toBeUndefined();
  });

  it('is found in what wraps it, and in Headers', () => {
    const inner = Object.assign(new Error('x'), {
      status: 429,
      headers: new Headers({ 'Retry-After': '1' }),
    });
    const wrapped = new Error('outer', { cause: Object.assign(new Error('retries'), { lastError: inner }) });
    expect(throttledFor(wrapped, NOW)).toEqual({ waitMs: 1000 });
    const circle = new Error('a');
    circle.cause = circle;
    expect(throttledFor(circle, NOW)).toBeUndefined();
  });

  it.each([undefined, null, 'limit', 429, {}, new Error('429')])('is not %j', (error) => {
    expect(throttledFor(error, NOW)).toBeUndefined();
  });
});
