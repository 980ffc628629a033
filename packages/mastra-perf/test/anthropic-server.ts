import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * A server that speaks Anthropic's messages API as far as prompt caching goes: what is marked is kept, and found again from a marker
 * up to 20 blocks back. It refuses what the API refuses.
 */

interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly cache_control?: { readonly type: string; readonly ttl?: string };
  readonly [field: string]: unknown;
}

export interface MessagesRequest {
  /** Marks the last block. */
  readonly cache_control?: Block['cache_control'];
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: readonly Block[];
  readonly system?: readonly Block[];
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
}

export type Said =
  | { readonly text: string }
  | { readonly call: string; readonly input?: object; readonly times?: number };

export interface Billed {
  readonly read: number;
  readonly written: number;
  readonly plain: number;
}

export interface AnthropicServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: MessagesRequest[];
  /** Tokens of each request, in order. */
  readonly billed: Billed[];
}

const LOOK_BACK = 20;
const LEAST_TOKENS = 1024;

/** `role type`, `tool name` or `system` of each block that is marked. */
export const markedBlocks = (request: MessagesRequest): string[] =>
  blocksOf(request).flatMap(({ at, block }) => (block.cache_control ? [at] : []));

function blocksOf({ tools = [], system = [], messages, cache_control }: MessagesRequest) {
  return [
    ...tools.map((block) => ({ at: `tool ${String(block.name)}`, block })),
    ...system.map((block, index) => ({ at: `system ${index}`, block })),
    ...messages.flatMap(({ role, content }, index) =>
      content.map((block) => ({ at: `${index} ${role} ${block.type}`, block })),
    ),
    // It marks the last block, for which an empty one stands here.
    ...(cache_control ? [{ at: 'request', block: { cache_control } as Block }] : []),
  ];
}

export async function startAnthropicServer(
  say: (request: MessagesRequest, nth: number) => Said,
): Promise<AnthropicServer> {
  const requests: MessagesRequest[] = [];
  const billed: Billed[] = [];
  const kept = new Set<string>();

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = JSON.parse(await bodyOf(incoming)) as MessagesRequest;
    const wrong = refusal(request);
    if (wrong !== undefined) {
      const error = { type: 'error', error: { type: 'invalid_request_error', message: wrong } };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      return;
    }
    requests.push(request);
    const bill = billOf(request, kept);
    billed.push(bill);
    reply(response, request, say(request, requests.length), bill, requests.length);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    billed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the longest part that is kept, and keeps what is marked. */
function billOf(request: MessagesRequest, kept: Set<string>): Billed {
  const hash = createHash('sha256').update(request.model);
  let tokens = 0;
  const starts = blocksOf(request).map(({ block }) => {
    const { cache_control, ...content } = block;
    const text = JSON.stringify(content);
    tokens += Math.ceil(text.length / 4);
    return { key: hash.update(text).copy().digest('hex'), tokens, isMarked: cache_control !== undefined };
  });
  const marks = starts.flatMap(({ isMarked }, index) => (isMarked ? [index] : []));
  let read = 0;
  for (const mark of marks)
    for (const start of starts.slice(Math.max(0, mark - LOOK_BACK + 1), mark + 1))
      if (kept.has(start.key)) read = Math.max(read, start.tokens);
  let written = 0;
  for (const mark of marks) {
    const start = starts[mark]!;
    if (start.tokens < LEAST_TOKENS) continue;
    written = Math.max(written, start.tokens - read);
    kept.add(start.key);
  }
  return { read, written, plain: tokens - read - written };
}

function refusal(request: MessagesRequest): string | undefined {
  const marked = blocksOf(request).filter(({ block }) => block.cache_control);
  if (marked.length > 4)
    return `A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`;
  if (marked.some(({ block }) => block.type === 'text' && !block.text?.trim()))
    return 'cache_control cannot be set for empty text blocks';
  if (marked.some(({ block }) => block.type === 'thinking'))
    return 'cache_control cannot be set for thinking blocks';
  const ttls = marked.map(({ block }) => block.cache_control?.ttl ?? '5m');
  if (ttls.includes('5m') && ttls.lastIndexOf('1h') > ttls.indexOf('5m'))
    return 'a ttl=1h cache_control block must not come after a ttl=5m cache_control block';
  return undefined;
}

function reply(
  response: ServerResponse,
  request: MessagesRequest,
  said: Said,
  bill: Billed,
  nth: number,
): void {
  const usage = {
    input_tokens: bill.plain,
    cache_read_input_tokens: bill.read,
    cache_creation_input_tokens: bill.written,
    output_tokens: 5,
  };
  const content: Block[] =
    'text' in said
      ? [{ type: 'text', text: said.text }]
      : Array.from({ length: said.times ?? 1 }, (_, index) => ({
          type: 'tool_use',
          id: `toolu_${nth}_${index}`,
          name: said.call,
          input: said.input ?? {},
        }));
  const stopReason = 'text' in said ? 'end_turn' : 'tool_use';
  const message = { id: `msg_${nth}`, type: 'message', role: 'assistant', model: request.model };
  if (request.stream !== true) {
    const whole = { ...message, content, stop_reason: stopReason, stop_sequence: null, usage };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const tell = (type: string, data: object): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  tell('message_start', {
    message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage },
  });
  for (const [index, block] of content.entries()) {
    const { text, input, ...start } = block;
    const empty = text === undefined ? { ...start, input: {} } : { ...start, text: '' };
    const delta =
      text === undefined
        ? { type: 'input_json_delta', partial_json: JSON.stringify(input) }
        : { type: 'text_delta', text };
    tell('content_block_start', { index, content_block: empty });
    tell('content_block_delta', { index, delta });
    tell('content_block_stop', { index });
  }
  tell('message_delta', {
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: 5 },
  });
  tell('message_stop', {});
  response.end();
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk as string;
  return body;
}
