import type { InvalidateRequest } from './dashboard-data.ts';
import { problem, jsonResponse } from './responses.ts';
import type { DashboardSources } from './sources.ts';

export interface ActionDeps {
  readonly invalidate: DashboardSources['invalidate'];
  readonly shownError: (error: unknown) => string;
}

const MAX_BYTES = 4096;
const MAX_NAME = 1000;
/** A form of another site can send neither this header nor this type without being asked about it first. */
const HEADER = 'x-mastra-perf';

/** Takes stored answers away by tag, agent or key. */
export async function invalidateAction(
  request: Request,
  { invalidate, shownError }: ActionDeps,
): Promise<Response> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json(;|$)/i.test(type.trim()))
    return problem(415, 'Send JSON (content-type: application/json).');
  if (!request.headers.has(HEADER)) return problem(400, `The header ${HEADER} is missing.`);
  const text = await boundedText(request);
  if (text === undefined) return problem(413, `The body may have ${MAX_BYTES} bytes.`);
  const wanted = read(text);
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
function read(text: string): InvalidateRequest | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined; // not JSON: the answer says what is expected
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const fields = Object.entries(body);
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

/** `undefined` when it is longer: the rest is not read. */
async function boundedText({ body, headers }: Request): Promise<string | undefined> {
  if (Number(headers.get('content-length') ?? 0) > MAX_BYTES) return undefined;
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
