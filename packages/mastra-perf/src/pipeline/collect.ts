import { errorOfPart } from './failure.ts';
import type { FinishPart, StreamPart } from './parts.ts';
import type { Reply } from './call.ts';

/** What `doGenerate` returns, in every specification. */
export interface GenerateResult {
  readonly content: readonly StreamPart[];
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly warnings: unknown;
  readonly [field: string]: unknown;
}

/** Reads a reply to its end. Rejects with what an `error` part carries, as `doGenerate` would. */
export async function readAll(reply: Reply): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for (;;) {
    const next = reply.parts.read();
    const result = next instanceof Promise ? await next : next;
    if (result.done) return parts;
    const failure = errorOfPart(result.value);
    if (failure) {
      reply.parts.cancel(failure.error).catch(() => undefined); // what failed first is what counts
      throw failure.error;
    }
    parts.push(result.value);
  }
}

/** The complete answer that a list of streamed parts amounts to. */
export function collect(head: Reply['head'], parts: readonly StreamPart[]): GenerateResult {
  const content: StreamPart[] = [];
  const open = new Map<string, Block>();
  let response = head.response;
  let warnings = head.warnings;
  let finish: FinishPart | undefined;

  for (const part of parts) {
    switch (part.type) {
      case 'stream-start':
        warnings ??= part.warnings;
        break;
      case 'response-metadata': {
        const { type: _type, ...metadata } = part;
        response = { ...response, ...metadata };
        break;
      }
      case 'text-start':
      case 'reasoning-start': {
        const type = part.type === 'text-start' ? 'text' : 'reasoning';
        const block: Block = {
          type,
          text: '',
          ...(part.providerMetadata !== undefined && { providerMetadata: part.providerMetadata }),
        };
        open.set(`${type} ${String(part.id)}`, block);
        content.push(block as Block & StreamPart);
        break;
      }
      case 'text-delta':
      case 'text-end':
        extend(open.get(`text ${String(part.id)}`), part);
        break;
      case 'reasoning-delta':
      case 'reasoning-end':
        extend(open.get(`reasoning ${String(part.id)}`), part);
        break;
      case 'finish':
        finish = part as FinishPart;
        break;
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
      case 'raw':
      case 'error':
        break;
      default:
        content.push(part);
    }
  }
  return {
    ...head,
    content,
    finishReason: finish?.finishReason ?? 'unknown',
    usage: finish?.usage ?? {},
    warnings: warnings ?? [],
    ...(finish?.providerMetadata && { providerMetadata: finish.providerMetadata }),
    ...(response && { response }),
  };
}

interface Block {
  readonly type: string;
  text: string;
  providerMetadata?: unknown;
}

function extend(block: Block | undefined, part: StreamPart): void {
  if (!block) return;
  if (typeof part.delta === 'string') block.text += part.delta;
  if (part.providerMetadata !== undefined) block.providerMetadata = part.providerMetadata;
}
