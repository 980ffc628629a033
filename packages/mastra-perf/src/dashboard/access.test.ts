import { describe, expect, it } from 'vitest';
import { isCrossSite, refusalOf } from './access.ts';

const ask = (headers: Record<string, string> = {}, method = 'GET'): Request =>
  new Request('http://localhost:4111/perf/data', { method, headers: { host: 'localhost:4111', ...headers } });
const NOBODY = { hasAuth: false, isKnown: false };
const RULES = { requiresAuth: true, isProduction: false };
const codeOf = (...asked: Parameters<typeof refusalOf>) => refusalOf(...asked)?.code;

describe('who may read the figures', () => {
  it('is whom the server knows, where it knows anybody', () => {
    expect(codeOf(ask(), { hasAuth: true, isKnown: true }, RULES)).toBeUndefined();
    expect(codeOf(ask(), { hasAuth: true, isKnown: false }, RULES)).toBe('auth');
    expect(codeOf(ask(), { hasAuth: true, isKnown: false }, { ...RULES, isProduction: true })).toBe('auth');
  });

  it('is this machine where it knows nobody, and no one in production', () => {
    expect(codeOf(ask(), NOBODY, RULES)).toBeUndefined();
    expect(codeOf(ask(), NOBODY, { ...RULES, isProduction: true })).toBe('closed');
  });

  it.each([
    '',
    ' ',
    ':',
    '[',
    'localhost.',
    '1270.0.0.1',
    '127.0.0.1@evil.example',
    'localhost/evil',
    'évil',
    '::1',
    '0x7f.evil',
  ])('is not whoever asks for the host %j', (host) => {
    const headers = new Headers({ host: Buffer.from(host).toString('latin1') });
    const request = { headers, method: 'GET' } as Request;
    expect(codeOf(request, NOBODY, RULES)).toBe('host');
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])(
    'is not whoever comes through a proxy, which says so by %s',
    (name) => expect(codeOf(ask({ [name]: '1.2.3.4' }), NOBODY, RULES)).toBe('host'),
  );

  it('is everybody where that is wanted, but for pages of other sites', () => {
    const open = { requiresAuth: false, isProduction: true };
    expect(codeOf(ask({ host: 'app.example' }), NOBODY, open)).toBeUndefined();
    expect(codeOf(ask({ 'sec-fetch-site': 'cross-site' }), NOBODY, open)).toBe('cross-site');
  });
});

describe('another site', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://other' }, false], // behind a proxy that changes the host
    [{ 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:4111' }, true],
    [{ 'sec-fetch-site': '' }, true],
    [{ origin: 'http://localhost:4111' }, false],
    [{ origin: 'http://localhost:4112' }, true],
    [{ origin: 'null' }, true],
    [{ origin: '' }, true],
    [{}, false],
  ])('%j: %j', (headers, isCross) =>
    expect(isCrossSite(ask(headers as Record<string, string>, 'POST'))).toBe(isCross),
  );

  it('is not the address bar, which only reads', () => {
    expect(isCrossSite(ask({ 'sec-fetch-site': 'none' }))).toBe(false);
    expect(isCrossSite(ask({ 'sec-fetch-site': 'none' }, 'POST'))).toBe(true);
  });
});
