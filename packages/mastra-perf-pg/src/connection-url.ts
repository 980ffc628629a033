import { PerfConfigError } from 'mastra-perf';

/** @throws PerfConfigError, in which no password stands */
export function connectionUrl(url: unknown, path: string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (typeof url === 'string' && parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return url;
  throw new PerfConfigError(path, masked(url), 'a URL like postgres://user:password@host:5432/database');
}

/** Errors are printed and logged; what is no URL may be a password. */
function masked(url: unknown): unknown {
  if (typeof url !== 'string') return typeof url === 'object' ? 'an object' : url;
  return url === '' ? url : `a text that begins with "${url.slice(0, url.indexOf(':') + 1).slice(0, 20)}"`;
}
