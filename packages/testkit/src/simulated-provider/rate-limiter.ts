import { ApiError, retryAfterHeaders } from './api-error.ts';

/** Sliding window over the requests that were let through. */
export interface RateLimiter {
  /** Throws the 429 that a provider would send; returns the headers that tell how much is left. */
  admit(limit: { requestsPerMinute: number; windowMs?: number }, model: string): Record<string, string>;
  clear(): void;
}

export function rateLimiter(now: () => number = () => performance.now()): RateLimiter {
  let admitted: number[] = [];
  return {
    admit({ requestsPerMinute, windowMs = 60_000 }, model) {
      const at = now();
      admitted = admitted.filter((then) => then > at - windowMs);
      const headers = {
        'x-ratelimit-limit-requests': String(requestsPerMinute),
        'x-ratelimit-remaining-requests': String(Math.max(0, requestsPerMinute - admitted.length - 1)),
      };
      if (admitted.length >= requestsPerMinute) {
        const seconds = ((admitted.at(-requestsPerMinute) ?? at) + windowMs - at) / 1000;
        throw new ApiError(
          429,
          `Rate limit reached for ${model} on requests per min (RPM): Limit ${requestsPerMinute}. Please try again in ${seconds.toFixed(3)}s.`,
          'rate_limit_exceeded',
          { ...headers, ...retryAfterHeaders(seconds) },
        );
      }
      admitted.push(at);
      return headers;
    },
    clear() {
      admitted = [];
    },
  };
}
