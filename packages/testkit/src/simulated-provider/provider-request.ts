import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.ts';
import { chatMessages, responsesMessages, type ProviderMessage } from './provider-messages.ts';
import { isObject, listOf, stringOf, type JsonObject } from './json-value.ts';

export type ProviderEndpoint = 'chat' | 'responses' | 'embeddings';

/** A request in one shape, whichever protocol it came by. */
export interface ProviderRequest {
  readonly endpoint: ProviderEndpoint;
  readonly model: string;
  /** Empty for embeddings. Text of all parts; tool calls are told as `name(arguments)`. */
  readonly messages: readonly ProviderMessage[];
  readonly tools: readonly {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: unknown;
  }[];
  readonly toolChoice?: unknown;
  /** `response_format` (chat) or `text.format` (responses). */
  readonly responseFormat?: unknown;
  readonly maxOutputTokens?: number;
  readonly stream: boolean;
  /** The parsed JSON as it came. */
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** Resolves the `item_reference`s of the responses protocol. */
export type StoredItem = (id: string) => ProviderMessage | undefined;

export function providerRequest(
  endpoint: ProviderEndpoint,
  body: JsonObject,
  headers: IncomingHttpHeaders,
  stored: StoredItem,
): ProviderRequest {
  if (typeof body.model !== 'string' || !body.model)
    throw new ApiError(400, 'you must provide a model parameter');
  const format =
    endpoint === 'chat' ? body.response_format : isObject(body.text) ? body.text.format : undefined;
  const limit = body.max_completion_tokens ?? body.max_output_tokens ?? body.max_tokens;
  return {
    endpoint,
    model: body.model,
    messages: messagesOf(endpoint, body, stored),
    tools: listOf(body.tools).map(toolOf),
    ...(body.tool_choice === undefined ? {} : { toolChoice: body.tool_choice }),
    ...(format === undefined ? {} : { responseFormat: format }),
    ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
    stream: body.stream === true,
    body,
    headers,
  };
}

function messagesOf(endpoint: ProviderEndpoint, body: JsonObject, stored: StoredItem): ProviderMessage[] {
  if (endpoint === 'chat') return chatMessages(body);
  return endpoint === 'responses' ? responsesMessages(body, stored) : [];
}

/** Chat nests a tool under `function`, responses do not. */
function toolOf(tool: JsonObject) {
  const { name, description, parameters } = isObject(tool.function) ? tool.function : tool;
  return {
    name: stringOf(name) || stringOf(tool.type),
    ...(typeof description === 'string' ? { description } : {}),
    ...(parameters === undefined ? {} : { parameters }),
  };
}
