import { ApiError, retryAfterHeaders } from './api-error.ts';

export interface RateLimit {
  readonly requestsPerMinute: number;
  /**
   * Tokens of requests that are accepted. As OpenAI documents, a request counts on arrival with its prompt and the longest answer that
   * it allows (`max_tokens`, …), since nobody knows the answer yet; without such a bound with its prompt alone. When the answer has
   * ended, what it used takes the place of that: OpenAI does not say so, but without it requests without a bound would be counted
   * without their answers.
   * @default no limit
   */
  readonly tokensPerMinute?: number;
  /** Length of the "minute", so that a test need not wait for one. @default 60_000 */
  readonly windowMs?: number;
}

/** A request that was let through. */
export interface Admission {
  /** They tell how much is left. */
  readonly headers: Record<string, string>;
  /** What it has used, in place of what it could have. */
  settle(tokens: number): void;
}

/** Sliding window over the requests that were let through. */
export interface RateLimiter {
  /** Throws the 429 that a provider would send. `tokens` is what the request may use. */
  admit(limit: RateLimit, model: string, tokens?: number): Admission;
  clear(): void;
}

interface Admitted {
  readonly at: number;
  tokens: number;
}

export function rateLimiter(now: () => number = () => performance.now()): RateLimiter {
  let admitted: Admitted[] = [];
  return {
    admit({ requestsPerMinute, tokensPerMinute = Infinity, windowMs = 60_000 }, model, tokens = 0) {
      const at = now();
      admitted = admitted.filter((one) => one.at > at - windowMs);
      const used = admitted.reduce((sum, one) => sum + one.tokens, 0);
      const isTokensOver = used + tokens > tokensPerMinute;
      const headers = {
        'x-ratelimit-limit-requests': String(requestsPerMinute),
        'x-ratelimit-remaining-requests': String(Math.max(0, requestsPerMinute - admitted.length - 1)),
        ...(tokensPerMinute < Infinity && {
          'x-ratelimit-limit-tokens': String(tokensPerMinute),
          'x-ratelimit-remaining-tokens': String(
            Math.max(0, tokensPerMinute - used - (isTokensOver ? 0 : tokens)),
          ),
        }),
      };
      const refuse = (what: string, limit: number, freeAt: number): never => {
        const seconds = Math.max(0, freeAt + windowMs - at) / 1000;
        throw new ApiError(
          429,
          `Rate limit reached for ${model} on ${what}: Limit ${limit}. Please try again in ${seconds.toFixed(3)}s.`,
          'rate_limit_exceeded',
          { ...headers, ...retryAfterHeaders(seconds) },
        );
      };
      if (admitted.length >= requestsPerMinute)
        refuse('requests per min (RPM)', requestsPerMinute, admitted.at(-requestsPerMinute)?.at ?? at);
      if (isTokensOver)
        refuse(
          'tokens per min (TPM)',
          tokensPerMinute,
          freeFor(used + tokens - tokensPerMinute, admitted, at),
        );
      const mine = { at, tokens };
      admitted.push(mine);
      return {
        headers,
        settle(actual) {
          mine.tokens = actual;
        },
      };
    },
    clear() {
      admitted = [];
    },
  };
}

/** The arrival with which so many tokens leave the window; now, if it never has so many. */
function freeFor(tokens: number, admitted: readonly Admitted[], at: number): number {
  let left = tokens;
  return admitted.find((one) => (left -= one.tokens) <= 0)?.at ?? at;
}
