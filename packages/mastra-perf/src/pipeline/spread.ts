import type { GenerateResult } from './collect.ts';
import type { StreamPart } from './parts.ts';

/** The parts that a complete answer would have streamed as, one delta a block. The opposite of `collect`. */
export function spread(result: GenerateResult): StreamPart[] {
  const response = result.response as Record<string, unknown> | undefined;
  return [
    { type: 'stream-start', warnings: result.warnings ?? [] },
    ...(response ? [metadata(response)] : []),
    ...result.content.flatMap(partsOf),
    {
      type: 'finish',
      finishReason: result.finishReason,
      usage: result.usage,
      ...(result.providerMetadata !== undefined && { providerMetadata: result.providerMetadata }),
    },
  ];
}

function metadata(response: Record<string, unknown>): StreamPart {
  const { id, modelId, timestamp } = response;
  return {
    type: 'response-metadata',
    ...(id !== undefined && { id }),
    ...(modelId !== undefined && { modelId }),
    ...(timestamp !== undefined && { timestamp }),
  };
}

function partsOf(item: StreamPart, index: number): StreamPart[] {
  const extra = item.providerMetadata === undefined ? {} : { providerMetadata: item.providerMetadata };
  if (item.type === 'text' || item.type === 'reasoning') {
    const id = String(index);
    return [
      { type: `${item.type}-start`, id, ...extra },
      { type: `${item.type}-delta`, id, delta: String(item.text), ...extra },
      { type: `${item.type}-end`, id, ...extra },
    ];
  }
  if (item.type === 'tool-call') {
    const id = String(item.toolCallId);
    const start = {
      type: 'tool-input-start',
      id,
      toolName: item.toolName,
      ...(item.providerExecuted !== undefined && { providerExecuted: item.providerExecuted }),
      ...(item.dynamic !== undefined && { dynamic: item.dynamic }),
      ...extra,
    };
    const delta = { type: 'tool-input-delta', id, delta: String(item.input), ...extra };
    return [start, delta, { type: 'tool-input-end', id, ...extra }, item];
  }
  return [item];
}
