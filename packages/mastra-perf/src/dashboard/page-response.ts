import { COMMON_HEADERS } from './responses.ts';

/** One self-contained page, and the hashes of its only script and style. */
export interface PageSource {
  readonly html: string;
  readonly scriptHash: string;
  readonly styleHash: string;
}

/**
 * The page has no figures in it. It may run this one script, which may not make markup of text (Trusted Types without a policy),
 * and may ask this server only.
 */
export function pageResponse({ html, scriptHash, styleHash }: PageSource): Response {
  const policy = [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return new Response(html, {
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'x-frame-options': 'DENY',
    },
  });
}
