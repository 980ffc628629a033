/** One part of an answer as AI SDK language models stream it; the same shape in specifications v2, v3 and v4. */
export interface StreamPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The part that ends an answer: why it ended and what it used. */
export interface FinishPart extends StreamPart {
  readonly type: 'finish';
  readonly usage?: unknown;
  readonly finishReason?: unknown;
  readonly providerMetadata?: Record<string, unknown>;
}

/** A piece of a text, of a reasoning or of a tool's input. */
export interface DeltaPart extends StreamPart {
  readonly id: string;
  readonly delta: string;
}

const DELTAS = new Set(['text-delta', 'reasoning-delta', 'tool-input-delta']);
const FRAMING = new Set(['stream-start', 'response-metadata', 'finish', 'raw', 'error']);

export const isFinish = (part: StreamPart): part is FinishPart => part.type === 'finish';

export const isDelta = (part: StreamPart): part is DeltaPart =>
  DELTAS.has(part.type) && typeof part.delta === 'string' && typeof part.id === 'string';

/** True for parts that carry something of the answer itself, not only of its envelope. */
export const isContent = (part: StreamPart): boolean => !FRAMING.has(part.type);

/** `'stop'`, `'length'`, … in every specification: a text in v2, `{ unified, raw }` since v3. */
export function finishReasonOf(part: FinishPart): string {
  const reason = part.finishReason;
  if (typeof reason === 'string') return reason;
  if (typeof reason === 'object' && reason !== null && 'unified' in reason) return String(reason.unified);
  return 'unknown';
}
