import type { Refusal } from './access.ts';

/** What every answer carries: it is for who asked, now, and is what it says. */
export const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

export const jsonResponse = (body: unknown, status = 200): Response =>
  writtenJsonResponse(JSON.stringify(body), status);

export const writtenJsonResponse = (json: string | Uint8Array<ArrayBuffer>, status = 200): Response =>
  new Response(json, {
    status,
    headers: { ...COMMON_HEADERS, 'content-type': 'application/json; charset=utf-8' },
  });

export const refused = ({ status, code, message }: Refusal): Response =>
  jsonResponse({ error: message, code }, status);

export const problem = (status: 400 | 404 | 413 | 415 | 429 | 500 | 502 | 503, message: string): Response =>
  jsonResponse({ error: message }, status);
