import { PerfConfigError } from '../errors.ts';
import type { HttpRoute, MastraLike } from './host.ts';
import { applyPatch, isSupported } from './patch.ts';

/** As much of Mastra's server config as is touched. */
export interface ServerLike {
  readonly apiRoutes?: readonly unknown[];
  readonly apiPrefix?: string;
  readonly auth?: unknown;
}

interface MastraWithServer extends MastraLike {
  getServer?(): ServerLike | undefined;
  setServer?(server: ServerLike | undefined): void;
}

/** Hono's, as far as it is used. */
interface RouteContext {
  readonly req: { readonly raw: Request };
  get(name: string): unknown;
}

/** Set by Mastra's auth; what a request says by itself is never put there. */
const USER_KEY = 'mastra__user';

/**
 * Adds routes to the server of a Mastra. Returns the undo.
 *
 * They are added to what `getServer()` returns rather than by `setServer()`: plugins are registered inside the constructor, which
 * sets the server of the config after that, and what an app sets later would take them away.
 *
 * @throws PerfConfigError for a path below the prefix of Mastra's own routes, as far as it is known by then: the server would refuse
 * to start.
 */
export function addRoutes(mastra: MastraLike, routes: readonly HttpRoute[]): () => void {
  const server = (): MastraWithServer => mastra;
  const added = routes.map((route) => apiRouteOf(route, server()));
  const ours = new Set<unknown>(added);
  const known = new WeakMap<object, ServerLike>();
  const alone: ServerLike = { apiRoutes: added };
  checkPrefix(server().getServer?.(), routes);

  const patch = {
    target: mastra,
    method: 'getServer',
    wrap: (original: (this: never, ...args: never[]) => unknown) =>
      function (this: unknown): ServerLike {
        const given = (original as (this: unknown) => ServerLike | undefined).call(this);
        if (!given) return alone;
        // The same object for the same: it is asked for with every call of an agent.
        const merged = known.get(given) ?? merge(given);
        known.set(given, merged);
        known.set(merged, merged);
        return merged;
      } as never,
  };
  const without = (given: ServerLike): readonly unknown[] =>
    (given.apiRoutes ?? []).filter((route) => !ours.has(route));
  /** An app may have set what it got, ours included. */
  const merge = (given: ServerLike): ServerLike => ({ ...given, apiRoutes: [...without(given), ...added] });
  if (!isSupported(patch)) return () => undefined;
  const undo = applyPatch(patch);
  return () => {
    undo();
    const left = server().getServer?.();
    if (left?.apiRoutes?.some((route) => ours.has(route)))
      server().setServer?.(left === alone ? undefined : { ...left, apiRoutes: without(left) });
  };
}

function apiRouteOf({ method, path, requiresAuth, respond }: HttpRoute, mastra: MastraWithServer): object {
  return {
    method,
    path,
    requiresAuth,
    openapi: { hide: true },
    handler: (context: RouteContext) => {
      const requestContext = context.get('requestContext') as { get?(key: string): unknown } | undefined;
      return respond(context.req.raw, {
        hasAuth: Boolean(mastra.getServer?.()?.auth),
        isKnown: Boolean(requestContext?.get?.(USER_KEY)),
      });
    },
  };
}

function checkPrefix(server: ServerLike | undefined, routes: readonly HttpRoute[]): void {
  const prefix = `/${(server?.apiPrefix ?? '/api').replace(/^\/+|\/+$/g, '')}`;
  const inside = routes.find(({ path }) => path === prefix || path.startsWith(`${prefix}/`));
  if (inside && prefix !== '/')
    throw new PerfConfigError(
      'createPerf.dashboard.path',
      inside.path,
      `a path that is not below "${prefix}", where Mastra's own routes are`,
    );
}
