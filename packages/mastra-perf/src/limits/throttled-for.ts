import { isObject } from '../base/record.ts';

/** How deep an error may be wrapped: by a retry, a router, a framework. */
const MOST_WRAPS = 4;
const SECOND_MS = 1000;
/** No answer leaves a provider alone for longer than this at a time. */
const LONGEST_MS = 600_000;

/** What a provider says that has too much to do. */
export interface Throttled {
  /** Milliseconds, if it tells them. */
  readonly waitMs?: number;
}

/**
 * Whether an error is a provider's "too many": its status 429, or 503 and 529 (overloaded) if they say when to come back.
 * `undefined` for every other error.
 */
export function throttledFor(error: unknown, now: number): Throttled | undefined {
  for (let at = error, depth = 0; isObject(at) && depth <= MOST_WRAPS; depth++) {
    const status = at.statusCode ?? at.status;
    if (typeof status === 'number') return ofStatus(status, headersOf(at.responseHeaders ?? at.headers), now);
    at = at.lastError ?? at.cause;
  }
  return undefined;
}

function ofStatus(status: number, header: Header, now: number): Throttled | undefined {
  const told = retryAfter(header, now);
  if (status === 429) {
    const waitMs = told ?? resetAfter(header, now);
    return waitMs === undefined ? {} : { waitMs };
  }
  return (status === 503 || status === 529) && told !== undefined ? { waitMs: told } : undefined;
}

/** `retry-after-ms` is OpenAI's; `retry-after` is a number of seconds or a date. */
function retryAfter(header: Header, now: number): number | undefined {
  const ms = decimal(header('retry-after-ms'));
  if (ms !== undefined) return within(ms);
  const after = header('retry-after');
  const seconds = decimal(after);
  if (seconds !== undefined) return within(seconds * SECOND_MS);
  const date = after === undefined ? Number.NaN : Date.parse(after);
  return Number.isNaN(date) ? undefined : within(date - now);
}

/** When what is used up is there again. What is not used up does not say anything about this call. */
function resetAfter(header: Header, now: number): number | undefined {
  const resets = ['requests', 'tokens'].flatMap((what) => {
    const reset = spanOf(header(`x-ratelimit-reset-${what}`));
    return reset !== undefined && decimal(header(`x-ratelimit-remaining-${what}`)) === 0 ? [reset] : [];
  });
  if (resets.length > 0) return within(Math.max(...resets));
  const at = decimal(header('x-ratelimit-reset'));
  if (at === undefined) return undefined;
  // Seconds from now, or a moment in seconds or milliseconds: nobody waits for thirty years.
  if (at < 1e9) return within(at * SECOND_MS);
  return within((at < 1e12 ? at * SECOND_MS : at) - now);
}

/** `'1s'`, `'6m0s'`, `'1h2m3.5s'`, `'85ms'`, or seconds. */
function spanOf(text: string | undefined): number | undefined {
  const seconds = decimal(text);
  if (seconds !== undefined) return seconds * SECOND_MS;
  if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  const units: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: 60_000, h: 3_600_000 };
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}

const within = (ms: number): number => Math.min(Math.max(0, ms), LONGEST_MS);

const decimal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;

type Header = (name: string) => string | undefined;

/** Of a record in any case, or of `Headers`. */
function headersOf(headers: unknown): Header {
  const entries: ReadonlyArray<readonly [string, unknown]> =
    headers instanceof Headers ? [...headers] : Object.entries(isObject(headers) ? headers : {});
  const known = new Map(entries.map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => {
    const value = known.get(name);
    return typeof value === 'string' ? value.trim() : undefined;
  };
}
