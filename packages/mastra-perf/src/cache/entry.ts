import type { StoredPart } from '../pipeline/stored-answer.ts';

/** A stored answer. */
export interface Entry {
  readonly parts: readonly StoredPart[];
  readonly agent: string;
  readonly tags: Set<string>;
  /** Requests to the model are numbered: an answer to a later one replaces this one, not the other way round. */
  readonly order: number;
  /** Milliseconds since the epoch when the answer was complete. */
  readonly storedAt: number;
  /** Milliseconds that the model took. */
  readonly tookMs: number;
  readonly bytes: number;
}

/** What an object, a key and a short string cost beside their text; V8 figures rounded up. */
const OVERHEAD = 48;

/** Memory that stored parts take, estimated from above. */
export function bytesOf(parts: readonly StoredPart[]): number {
  let bytes = OVERHEAD;
  for (const { part, cuts } of parts)
    bytes += OVERHEAD + estimate(part) + (cuts ? OVERHEAD + cuts.length * 8 : 0);
  return bytes;
}

/** Plain data: two bytes a character, overhead for each value. */
function estimate(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return OVERHEAD + value.byteLength;
  let bytes = OVERHEAD;
  for (const key in value) bytes += 8 + key.length * 2 + estimate((value as Record<string, unknown>)[key]);
  return bytes;
}
