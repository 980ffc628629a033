import type { Caller, CallOverrides, ModelRequest } from '../pipeline/call.ts';
import type { Origin, RequestContextLike, RunIds } from './host.ts';

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
    scope: scopeOf(resources, overrides, scope),
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

/** Ids of the call itself, else those of the run on whose behalf it is made. */
function idsOf({ requestContext, run, behalf }: Origin, request: ModelRequest): RunIds {
  const own = idsIn(requestContext, request);
  if (own.resources.length > 0) {
    if (run) run.ids = own;
    return own;
  }
  return behalf?.ids ?? idsIn(behalf?.requestContext, request);
}

function idsIn(context: RequestContextLike | undefined, request: ModelRequest): RunIds {
  const memory = context?.get(MEMORY) as
    | { readonly resourceId?: unknown; readonly thread?: { readonly id?: unknown } }
    | undefined;
  return {
    resources: distinct(context?.get(RESOURCE), memory?.resourceId, request.headers?.['x-resource-id']),
    threads: distinct(context?.get(THREAD), memory?.thread?.id, request.headers?.['x-thread-id']),
  };
}

function distinct(...ids: readonly unknown[]): string[] {
  const found: string[] = [];
  for (const id of ids) if (typeof id === 'string' && id !== '' && !found.includes(id)) found.push(id);
  return found;
}
