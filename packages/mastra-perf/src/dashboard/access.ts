/** What the server knows of who asks. */
export interface Asker {
  /** Whether the server has a way to tell who asks. */
  readonly hasAuth: boolean;
  /** Whether it has told who this is. */
  readonly isKnown: boolean;
}

export interface AccessRules {
  readonly requiresAuth: boolean;
  readonly isProduction: boolean;
}

/** Why a request is turned away. The text is for the person who set up the server, or asks. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly code: 'auth' | 'closed' | 'host' | 'cross-site';
  readonly message: string;
}

/**
 * Whether somebody may read the figures; `undefined` if so.
 *
 * A server without auth gives them to this machine only. What it knows of the address is the `Host` that was asked for, which is
 * what matters: a web page that somebody visits can make a browser ask `localhost`, but not under a name that is of this machine.
 */
export function refusalOf(request: Request, asker: Asker, rules: AccessRules): Refusal | undefined {
  if (isCrossSite(request))
    return { status: 403, code: 'cross-site', message: 'This may not be read from another site.' };
  if (!rules.requiresAuth || asker.isKnown) return undefined;
  if (asker.hasAuth)
    return {
      status: 401,
      code: 'auth',
      message: 'Log in first: this needs what the other routes of this server need.',
    };
  if (rules.isProduction) return { status: 403, code: 'closed', message: CLOSED };
  if (isLocal(request)) return undefined;
  return {
    status: 403,
    code: 'host',
    message:
      'This server has no auth, so its figures are for http://localhost only. Set `server.auth` in the Mastra config, or `dashboard: { requiresAuth: false }` where something else decides who reaches this server.',
  };
}

export const CLOSED =
  'The figures are closed: this is production (NODE_ENV) and the Mastra server has no auth. Set `server.auth` in the Mastra config, or `dashboard: { requiresAuth: false }` where something else decides who reaches this server.';

/**
 * Whether a page of another site asks. Browsers tell by `Sec-Fetch-Site`, but only over TLS and for localhost; `Origin` comes with
 * everything that is not a plain read. Mastra's server lets all origins in by default, so nothing else would.
 */
export function isCrossSite({ headers, method }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && !(site === 'none' && method === 'GET');
  const origin = headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headers.get('host');
}

/** Of another machine's browser there is a name or an address in `Host`; a proxy on this machine tells of itself. */
function isLocal({ headers }: Request): boolean {
  if (PROXIED.some((name) => headers.has(name))) return false;
  const host = headers.get('host') ?? '';
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname, username, pathname } = new URL(`http://${host}`);
  if (username !== '' || pathname !== '/') return false;
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

const PROXIED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'];
