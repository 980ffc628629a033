import { PerfConfigError } from 'mastra-perf';

/** A place between two messages. */
export interface PagePlace {
  /** As Postgres writes it, with microseconds, which a Date has not. */
  readonly createdAt: string;
  readonly id: string;
}

const MAX_CHARS = 4096;
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})\d{3}$/;

/** Text without a meaning to its reader, of letters that need no escape in a URL. */
export const cursorOf = ({ createdAt, id }: PagePlace): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

/** @throws PerfConfigError if it is not one of ours */
export function placeOf(cursor: unknown): PagePlace {
  const place = typeof cursor === 'string' && cursor.length <= MAX_CHARS ? decoded(cursor) : undefined;
  if (place) return place;
  throw new PerfConfigError(
    'listMessagesPage.cursor',
    cursor,
    '`nextCursor` of another page, as it was given',
  );
}

function decoded(cursor: string): PagePlace | undefined {
  const parts = parsed(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parts) || parts.length !== 2) return undefined;
  const [createdAt, id]: unknown[] = parts;
  if (!isTime(createdAt) || typeof id !== 'string' || id.includes('\0')) return undefined;
  // What decodes to the same but is written otherwise was not written here.
  return cursorOf({ createdAt, id }) === cursor ? { createdAt, id } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not ours, which the caller says
  }
}

/** Also of a day that exists. */
function isTime(text: unknown): text is string {
  if (typeof text !== 'string' || !TIME.test(text)) return false;
  const date = new Date(`${text.slice(0, 23)}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 23) === text.slice(0, 23);
}
