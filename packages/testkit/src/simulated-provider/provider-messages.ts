import { ApiError } from './api-error.ts';
import { listOf, stringOf, type JsonObject } from './json-value.ts';

export interface ProviderMessage {
  readonly role: string;
  readonly text: string;
}

/** `messages` of /v1/chat/completions. */
export function chatMessages(body: JsonObject): ProviderMessage[] {
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw new ApiError(400, "Missing required parameter: 'messages'.", 'missing_required_parameter');
  }
  return listOf(body.messages).map((message) => ({
    role: stringOf(message.role),
    text: [contentText(message.content), ...listOf(message.tool_calls).map(chatCallText)]
      .filter(Boolean)
      .join('\n'),
  }));
}

/** `instructions` and `input` of /v1/responses. */
export function responsesMessages(
  body: JsonObject,
  stored: (id: string) => ProviderMessage | undefined,
): ProviderMessage[] {
  if (typeof body.previous_response_id === 'string') {
    throw new ApiError(
      400,
      `Previous response with id '${body.previous_response_id}' not found.`,
      'previous_response_not_found',
    );
  }
  const { input, instructions } = body;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0)) {
    throw new ApiError(400, "Missing required parameter: 'input'.", 'missing_required_parameter');
  }
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input);
  return [
    ...(typeof instructions === 'string' && instructions ? [{ role: 'system', text: instructions }] : []),
    ...items.map((item) => itemMessage(item, stored)),
  ];
}

function itemMessage(item: JsonObject, stored: (id: string) => ProviderMessage | undefined): ProviderMessage {
  switch (item.type) {
    case 'function_call':
      return { role: 'assistant', text: callText(item.name, item.arguments) };
    case 'function_call_output':
      return { role: 'tool', text: contentText(item.output) };
    case 'item_reference': {
      const found = stored(stringOf(item.id));
      if (found) return found;
      throw new ApiError(404, `Item with id '${stringOf(item.id)}' not found.`);
    }
    default:
      return { role: stringOf(item.role) || 'assistant', text: contentText(item.content ?? item.summary) };
  }
}

/** Text of a string or of content parts; what is not text is named, not counted in bytes. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => stringOf(part.text ?? part.refusal) || `[${stringOf(part.type)}]`)
    .join('\n');
}

function chatCallText(call: JsonObject): string {
  const [fn] = listOf([call.function]);
  return fn ? callText(fn.name, fn.arguments) : '';
}

export const callText = (name: unknown, args: unknown): string => `${stringOf(name)}(${stringOf(args)})`;
