import { randomBytes, randomUUID } from 'node:crypto';
import type { StreamPart } from './parts.ts';
import { withoutItems } from './provider-items.ts';

/**
 * Gives an answer that was made for one caller an identity of its own for another: response id and time, ids of text and
 * reasoning blocks, ids of tool calls. Two runs that share an answer must not share ids, since messages, tool results and
 * approvals are stored and looked up by them. Returns a mapper for one replay: ids that were equal stay equal.
 *
 * An item that the provider keeps (`itemId` of OpenAI's Responses API) belongs to the first run; a copy that named it
 * would be sent as a reference whose tool call id no longer fits, so the reference goes and the content is sent instead.
 */
export function freshIdentity(now: number): (part: StreamPart) => StreamPart {
  const ids = new Map<string, string>();
  const fresh = (id: string, make: (id: string) => string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    const made = make(id);
    ids.set(id, made);
    return made;
  };
  return (part) => {
    const mapped: Record<string, unknown> = { ...part };
    if (part.type === 'response-metadata') {
      if (part.id !== undefined) mapped.id = nextId();
      if (part.timestamp !== undefined) mapped.timestamp = new Date(now);
    } else if (typeof part.id === 'string') {
      mapped.id = fresh(part.id, part.type.startsWith('tool-') ? sameShape : nextId);
    }
    if (typeof part.toolCallId === 'string') mapped.toolCallId = fresh(part.toolCallId, sameShape);
    if (part.providerMetadata !== undefined) {
      const metadata = withoutItems(part.providerMetadata);
      if (metadata === undefined) delete mapped.providerMetadata;
      else mapped.providerMetadata = metadata;
    }
    return mapped as StreamPart;
  };
}

let processId: string | undefined;
let issued = 0;

/** Unique in all processes; a counter, since random ids cost more than everything else that a replay does. */
function nextId(): string {
  processId ??= randomBytes(12).toString('hex');
  return `perf-${processId}-${(++issued).toString(36)}`;
}

/** Fewer random characters than this would let two ids meet. */
const ENOUGH = 8;

const PREFIX = /^(?:[a-z]+[-_])+/i;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Kimi's ids are the tool's name and a number, alike in every run anyway. */
const NUMBERED = /^functions\..+:\d+$/;
const HEXADECIMAL = /^[\da-f-]+$/i;

/**
 * A new id of the same form: providers check what they get back (`toolu_…`, `call_…`, nine letters and digits at Mistral).
 * A prefix stays, letters become letters and digits digits.
 */
function sameShape(id: string): string {
  if (NUMBERED.test(id)) return id;
  if (UUID.test(id)) return randomUUID();
  const prefix = PREFIX.exec(id)?.[0] ?? '';
  const tail = id.slice(prefix.length);
  if (UUID.test(tail)) return prefix + randomUUID();
  if (tail.replace(/[^a-zA-Z0-9]/g, '').length < ENOUGH) return `call_${randomUUID().replaceAll('-', '')}`;
  const letters = HEXADECIMAL.test(tail) ? 'abcdef' : 'abcdefghijklmnopqrstuvwxyz';
  const random = randomBytes(tail.length);
  return (
    prefix + [...tail].map((character, index) => replacement(character, letters, random[index] ?? 0)).join('')
  );
}

function replacement(character: string, letters: string, random: number): string {
  if (/[0-9]/.test(character)) return String(random % 10);
  if (/[a-z]/.test(character)) return letters.charAt(random % letters.length);
  if (/[A-Z]/.test(character)) return letters.charAt(random % letters.length).toUpperCase();
  return character;
}
