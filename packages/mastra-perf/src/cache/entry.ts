import type { StoredPart } from '../pipeline/stored-answer.ts';

/** A stored answer. */
export interface Entry {
  readonly parts: readonly StoredPart[];
  readonly agent: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch when the answer was complete. */
  readonly storedAt: number;
  /** Milliseconds that the model took. */
  readonly tookMs: number;
  readonly bytes: number;
}

/** What an object, a key and a short string cost beside their text; V8 figures rounded up. */
const OVERHEAD = 48;

/** Memory that plain data takes, estimated from above: two bytes a character, overhead for each value. */
export function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD + value.length * 2;
  if (ArrayBuffer.isView(value)) return OVERHEAD + value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = OVERHEAD;
  for (const [key, field] of Object.entries(value)) bytes += 8 + (Array.isArray(value) ? 0 : key.length * 2) + estimateBytes(field);
  return bytes;
}
