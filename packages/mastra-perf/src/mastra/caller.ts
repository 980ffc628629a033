import type { Caller, CallOverrides, ModelRequest } from '../pipeline/call.ts';
import type { EmbedOrigin, Origin, RequestContextLike, RunIds } from './host.ts';

/** Reserved keys of Mastra's request context. */
const RESOURCE = 'mastra__resourceId';
const THREAD = 'mastra__threadId';
const MEMORY = 'MastraMemory';

/**
 * Who calls. Mastra tells it in three places: reserved keys, which a server's middleware sets; the memory of the run;
 * headers, which it adds to every model call. If they disagree, all of them are in the scope: whoever could set one of
 * them still shares nothing with others.
 */
export function callerOf(
  origin: Origin,
  request: ModelRequest,
  overrides: CallOverrides,
  scope: 'resource' | 'agent',
): Caller {
  const { resources, threads } = idsOf(origin, request);
  const [resource] = resources;
  const [thread] = threads;
  return {
    agent: origin.agentId,
    ...(resource !== undefined && { resource }),
    ...(thread !== undefined && { thread }),
    ...(overrides.user !== undefined && { user: overrides.user }),
    ...(origin.cause && { cause: origin.cause }),
    scope: scopeOf(resources, overrides, scope),
  };
}

/** Who has texts embedded. */
export function embedderOf({ agentId, ids }: EmbedOrigin, { user }: CallOverrides): Caller {
  const [resource] = ids.resources;
  const [thread] = ids.threads;
  return {
    agent: agentId,
    ...(resource !== undefined && { resource }),
    ...(thread !== undefined && { thread }),
    ...(user !== undefined && { user }),
    cause: { agent: agentId, purpose: 'embedding' },
    scope: [],
  };
}

function scopeOf(
  resources: readonly string[],
  overrides: CallOverrides,
  scope: 'resource' | 'agent',
): readonly string[] {
  if (overrides.scope !== undefined) return ['named', overrides.scope];
  if (scope === 'agent' || resources.length === 0) return ['agent'];
  return ['resource', ...resources];
}

/** Ids of the run on whose behalf the call is made, and its own: it may be told other ones, or none. */
function idsOf({ requestContext, run, behalf }: Origin, request: ModelRequest): RunIds {
  const outer = behalf && (behalf.ids ?? idsIn(behalf.requestContext, request));
  const ids = together(outer, idsIn(requestContext, request));
  if (run && ids.resources.length > 0) run.ids = ids;
  return ids;
}

/** The outer ones first: what is spent inside is spent for them. */
export function together(
  outer: RunIds | undefined,
  own: { readonly resources: readonly unknown[]; readonly threads: readonly unknown[] },
): RunIds {
  return {
    resources: distinct(...(outer?.resources ?? []), ...own.resources),
    threads: distinct(...(outer?.threads ?? []), ...own.threads),
  };
}

export const resourceIn = (context: RequestContextLike | undefined): unknown => context?.get(RESOURCE);

function idsIn(context: RequestContextLike | undefined, request: ModelRequest): RunIds {
  const memory = context?.get(MEMORY) as
    | { readonly resourceId?: unknown; readonly thread?: { readonly id?: unknown } }
    | undefined;
  return {
    resources: distinct(resourceIn(context), memory?.resourceId, request.headers?.['x-resource-id']),
    threads: distinct(context?.get(THREAD), memory?.thread?.id, request.headers?.['x-thread-id']),
  };
}

function distinct(...ids: readonly unknown[]): string[] {
  const found: string[] = [];
  for (const id of ids) if (typeof id === 'string' && id !== '' && !found.includes(id)) found.push(id);
  return found;
}
