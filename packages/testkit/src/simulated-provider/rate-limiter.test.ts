import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { rateLimiter } from './rate-limiter.ts';

test('never more than the limit within any window; says when the next one fits', () => {
  let now = 0;
  const limiter = rateLimiter(() => now);
  const admit = () => limiter.admit({ requestsPerMinute: 2, windowMs: 1000 }, 'm');
  const waitMs = () => {
    try {
      admit();
      return 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return Number(error.headers['retry-after-ms']);
    }
  };
  expect(admit()['x-ratelimit-remaining-requests']).toBe('1');
  now = 400;
  expect(waitMs()).toBe(0);
  expect(waitMs()).toBe(600);
  now = 999;
  expect(waitMs()).toBe(1);
  now = 1000;
  expect(waitMs()).toBe(0);
  expect(waitMs()).toBe(400);
  limiter.clear();
  expect(waitMs()).toBe(0);
});
