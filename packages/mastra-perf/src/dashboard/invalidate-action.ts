import { actionFields, type ActionFields } from './action-fields.ts';
import type { InvalidateRequest } from './dashboard-data.ts';
import { problem, jsonResponse } from './responses.ts';
import type { DashboardSources } from './sources.ts';

export interface ActionDeps {
  readonly invalidate: DashboardSources['invalidate'];
  readonly shownError: (error: unknown) => string;
}

const MAX_NAME = 1000;

/** Takes stored answers away by tag, agent or key. */
export async function invalidateAction(
  request: Request,
  { invalidate, shownError }: ActionDeps,
): Promise<Response> {
  const fields = await actionFields(request);
  if (fields instanceof Response) return fields;
  const wanted = read(fields);
  if (!wanted)
    return problem(400, 'Expected {"tag": …}, {"agent": …} or {"key": …}, with a text that is not empty.');
  const { tag, agent, key } = wanted;
  try {
    if (tag !== undefined) await invalidate({ tags: [tag] });
    else if (agent !== undefined) await invalidate({ agent });
    else await invalidate({ key: key ?? '' });
  } catch (error) {
    return problem(
      502,
      `It is done in this process. The store could not be told and is told again as soon as it is back; until then other processes may give these answers. (${shownError(error)})`,
    );
  }
  return jsonResponse({ done: true, ...wanted });
}

/** One of the three and nothing else. */
function read(fields: ActionFields): InvalidateRequest | undefined {
  const [name, value] = fields[0] ?? [];
  if (fields.length !== 1 || typeof value !== 'string' || value.trim() === '' || value.length > MAX_NAME)
    return undefined;
  return name === 'tag'
    ? { tag: value }
    : name === 'agent'
      ? { agent: value }
      : name === 'key'
        ? { key: value }
        : undefined;
}
