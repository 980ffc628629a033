import type { RedisOptions } from 'ioredis';
import { PerfConfigError } from 'mastra-perf';

const ACCEPTED = 'a URL like redis://user:password@host:6379/0, or rediss:// for TLS';
const SCHEMES: Readonly<Record<string, RedisOptions>> = { 'redis:': {}, 'rediss:': { tls: {} } };

/**
 * Where a URL leads. ioredis would take its query as options, and let them win over ours.
 *
 * @throws PerfConfigError, in which no password stands
 */
export function serverOf(url: unknown, path: string): RedisOptions {
  const refused = (accepted = ACCEPTED): PerfConfigError => new PerfConfigError(path, masked(url), accepted);
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  const scheme = parsed && SCHEMES[parsed.protocol];
  if (!scheme || parsed.hostname === '') throw refused();
  const db = /^\/?(\d{0,5})$/.exec(parsed.pathname)?.[1];
  if (db === undefined) throw refused('the number of a database, or nothing, after the host');
  const { family, ...others } = Object.fromEntries(parsed.searchParams);
  if (Object.keys(others).length > 0 || !['0', '4', '6', undefined].includes(family))
    throw refused('no settings after "?" but family=0, 4 or 6; others go to `options`');
  const plain = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw refused('a URL in which "%" of the user and the password is written as "%25"'); // as the error says less well
    }
  };
  return {
    ...scheme,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 6379),
    ...(parsed.username && { username: plain(parsed.username) }),
    ...(parsed.password && { password: plain(parsed.password) }),
    ...(db && { db: Number(db) }),
    ...(family && { family: Number(family) }),
  };
}

/** Errors are printed and logged. */
const masked = (url: unknown): unknown => (typeof url === 'string' ? url.replace(/\/\/.*@/, '//***@') : url);
