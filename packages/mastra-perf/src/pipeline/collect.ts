import { errorOfPart } from './failure.ts';
import { isFinish, type StreamPart } from './parts.ts';
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
    const result = await reply.parts.read();
    if (result.done) return parts;
    const failure = errorOfPart(result.value);
    if (failure) {
      await reply.parts.cancel(failure.error);
      throw failure.error;
    }
    parts.push(result.value);
  }
}

/** The complete answer that a list of streamed parts amounts to. */
export function collect(head: Reply['head'], parts: readonly StreamPart[]): GenerateResult {
  const content: StreamPart[] = [];
  const open = new Map<string, number>();
  let response = head.response;
  let warnings = head.warnings;
  const finish = parts.findLast(isFinish);

  for (const part of parts) {
    if (part.type === 'stream-start') warnings ??= part.warnings;
    else if (part.type === 'response-metadata') {
      const { type: _type, ...metadata } = part;
      response = { ...metadata, ...response };
    } else if (part.type === 'text-start' || part.type === 'reasoning-start') {
      open.set(`${part.type.slice(0, -6)} ${String(part.id)}`, content.length);
      content.push(block(part, part.type.slice(0, -6), ''));
    } else if (/^(text|reasoning)-(delta|end)$/.test(part.type)) {
      extend(content, open.get(`${part.type.replace(/-(delta|end)$/, '')} ${String(part.id)}`), part);
    } else if (!/^(tool-input-|finish$|raw$|error$)/.test(part.type)) content.push(part);
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

function extend(content: StreamPart[], index: number | undefined, part: StreamPart): void {
  const before = index === undefined ? undefined : content[index];
  if (index === undefined || !before) return;
  const text = String(before.text) + (typeof part.delta === 'string' ? part.delta : '');
  content[index] = block({ ...before, ...(part.providerMetadata !== undefined && { providerMetadata: part.providerMetadata }) } as StreamPart, before.type, text);
}

function block(part: StreamPart, type: string, text: string): StreamPart {
  return { type, text, ...(part.providerMetadata !== undefined && { providerMetadata: part.providerMetadata }) };
}
