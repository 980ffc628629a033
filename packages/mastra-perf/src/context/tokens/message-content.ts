import { readFile, type CountedFile } from './counted-file.ts';
import { writtenAsJson } from './written-as-json.ts';

/** What of a message reaches the model. */
export interface MessageContent {
  readonly texts: string[];
  readonly files: CountedFile[];
  /** Tool calls and results, each of which stands in a frame of its own. */
  calls: number;
  /** Whether there is more than text: how a provider writes that down is not published. */
  isStructured: boolean;
  /** Whether some of the texts were made for this count: they are not worth being kept with the message. */
  isWritten: boolean;
}

/**
 * Reads messages of AI SDK models (prompts of any specification), of AI SDK apps, UI messages, and what Mastra stores. What has
 * another shape is counted as JSON.
 */
export function contentOf(message: unknown): MessageContent {
  const content: MessageContent = {
    texts: [],
    files: [],
    calls: 0,
    isStructured: false,
    isWritten: false,
  };
  if (typeof message === 'string') content.texts.push(message);
  else readContent(partsOf(message), content);
  return content;
}

/** Mastra keeps parts in `content.parts` (format 2), UI messages in `parts`; a model gets `content`. */
function partsOf(message: unknown): unknown {
  const content = field(message, 'content');
  const parts = field(content, 'parts') ?? field(message, 'parts');
  return parts ?? field(content, 'content') ?? content;
}

function readContent(given: unknown, content: MessageContent): void {
  if (typeof given === 'string') content.texts.push(given);
  else if (Array.isArray(given)) for (const part of given) readPart(part, content);
  else write(given, content);
}

/** These stay with the app. */
const UNSENT = /^(step-start|source|source-url|source-document|data-.*|tool-approval-request)$/;

function readPart(part: unknown, content: MessageContent): void {
  if (typeof part === 'string') return void content.texts.push(part);
  const type = field(part, 'type');
  const kind = typeof type === 'string' ? type : '';
  if (kind === 'text' || kind === 'reasoning') {
    const text = field(part, 'text') ?? field(part, 'reasoning');
    if (kind === 'reasoning') content.isStructured = true;
    if (typeof text === 'string') content.texts.push(text);
    else write(part, content);
  } else if (kind === 'tool-call') readCall(part, content);
  else if (kind === 'tool-result') readResult(part, content);
  else if (kind === 'tool-invocation') {
    const invocation = field(part, 'toolInvocation');
    readCall(invocation, content);
    if (field(invocation, 'result') !== undefined) readResult(invocation, content);
  } else if (UNSENT.test(kind)) return;
  else if (kind === 'dynamic-tool' || kind.startsWith('tool-')) readUiTool(part, kind, content);
  else if (isFile(part, kind)) readFile(part, content);
  else write(part, content);
}

const isFile = (part: unknown, kind: string): boolean =>
  kind === 'file' ||
  kind === 'image' ||
  kind === 'reasoning-file' ||
  field(part, 'mediaType') !== undefined ||
  field(part, 'data') instanceof Uint8Array;

function readCall(part: unknown, content: MessageContent): void {
  content.calls++;
  name(field(part, 'toolName'), content);
  write(field(part, 'input') ?? field(part, 'args'), content);
}

function readResult(part: unknown, content: MessageContent): void {
  content.calls++;
  name(field(part, 'toolName'), content);
  const output = field(part, 'output') ?? field(part, 'result');
  const type = field(output, 'type');
  const value = field(output, 'value');
  if (type === 'content' && Array.isArray(value)) {
    content.isStructured = true;
    readContent(value, content);
  } else if (type === 'execution-denied') write(field(output, 'reason'), content);
  else if (isTagged(type)) write(value, content);
  else write(output, content);
}

const isTagged = (type: unknown): boolean =>
  type === 'text' || type === 'json' || type === 'error-text' || type === 'error-json';

function readUiTool(part: unknown, kind: string, content: MessageContent): void {
  const toolName = field(part, 'toolName') ?? kind.slice('tool-'.length);
  readCall({ toolName, input: field(part, 'input') }, content);
  const output = field(part, 'output') ?? field(part, 'errorText');
  if (output !== undefined) readResult({ toolName, output }, content);
}

function name(given: unknown, content: MessageContent): void {
  content.isStructured = true;
  if (typeof given === 'string') content.texts.push(given);
}

function write(value: unknown, content: MessageContent): void {
  content.isStructured = true;
  if (typeof value === 'string') return void content.texts.push(value);
  if (value === undefined) return;
  content.isWritten = true;
  content.texts.push(writtenAsJson(value));
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
