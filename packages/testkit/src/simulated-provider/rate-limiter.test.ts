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
  expect(admit().headers['x-ratelimit-remaining-requests']).toBe('1');
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

test('tokens count as what a request may use, and then as what it has used', () => {
  let now = 0;
  const limiter = rateLimiter(() => now);
  const admit = (tokens: number) =>
    limiter.admit({ requestsPerMinute: 100, tokensPerMinute: 1000, windowMs: 1000 }, 'm', tokens);
  const refusal = (tokens: number) => {
    try {
      admit(tokens);
    } catch (error) {
      return error as ApiError;
    }
    throw new Error('it was let through');
  };
  const first = admit(600);
  expect(first.headers['x-ratelimit-remaining-tokens']).toBe('400');
  now = 100;
  admit(400);
  now = 200;
  expect(refusal(1)).toMatchObject({ status: 429, message: expect.stringContaining('tokens per min') });
  expect(refusal(600).headers['retry-after-ms']).toBe('800');
  expect(refusal(601).headers['retry-after-ms']).toBe('900');
  expect(refusal(1).headers['x-ratelimit-remaining-tokens']).toBe('0');
  first.settle(100);
  admit(500);
  expect(refusal(1).status).toBe(429);
  now = 1000;
  admit(100);
});
