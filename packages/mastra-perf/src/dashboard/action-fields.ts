import { problem } from './responses.ts';

const MAX_BYTES = 4096;
/** A form of another site can send neither this header nor this type without being asked about it first. */
const HEADER = 'x-mastra-perf';

export type ActionFields = ReadonlyArray<readonly [name: string, value: unknown]>;

/** What an action is to do: the fields of its body, none where it is no object; or what is wrong with the request. */
export async function actionFields(request: Request): Promise<ActionFields | Response> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json(;|$)/i.test(type.trim()))
    return problem(415, 'Send JSON (content-type: application/json).');
  if (!request.headers.has(HEADER)) return problem(400, `The header ${HEADER} is missing.`);
  const text = await boundedText(request);
  if (text === undefined) return problem(413, `The body may have ${MAX_BYTES} bytes.`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return []; // not JSON: the action says what it expects
  }
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [];
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
