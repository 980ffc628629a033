import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';
import { isObject, type JsonObject } from './json-value.ts';

const MAX_BYTES = 32 * 1024 * 1024;
/** A body that is too large is read on and thrown away up to here, so that the client gets to read the 413. */
const MAX_DISCARDED = 8 * MAX_BYTES;

/** The JSON object in the body of a request, or the 4xx that it deserves. */
export async function readJsonObject(req: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
    if (size > MAX_DISCARDED) break;
  }
  if (size > MAX_BYTES)
    throw new ApiError(413, `Request body is larger than ${MAX_BYTES} bytes.`, 'request_too_large', {
      connection: 'close',
    });
  const value = parsed(Buffer.concat(chunks).toString('utf8'));
  if (!isObject(value))
    throw new ApiError(
      400,
      'We could not parse the JSON body of your request. (HINT: it must be a JSON object.)',
    );
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, `We could not parse the JSON body of your request. (${String(error)})`);
  }
}
