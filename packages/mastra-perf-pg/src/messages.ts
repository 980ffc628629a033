import { createHash } from 'node:crypto';

/** Postgres takes less than 8,000 bytes as the payload of a notification. */
const PART = 7900;

/** Names of channels are cut at 63 bytes, and one database has them for all of its schemas. */
export const channelOf = (schema: string, topic: string): string =>
  `mastra_perf_${createHash('sha256')
    .update(Buffer.from(`${schema}\0${topic}`, 'utf16le'))
    .digest('hex')
    .slice(0, 40)}`;

/**
 * A text as payloads that are sent in one transaction, which are delivered all and one after another, or none. Each begins
 * with who sends it and the number of the text: Postgres delivers equal payloads of a transaction once.
 */
export function payloadsOf(id: string, text: string): string[] {
  const isPlain = /^[\x20-\x7e]*$/.test(text);
  // Halves of a surrogate pair are texts too.
  const body = isPlain ? `p${text}` : `u${Buffer.from(text, 'utf16le').toString('base64')}`;
  const count = Math.ceil(body.length / PART);
  return Array.from(
    { length: count },
    (_, part) => `${id} ${part} ${count} ${body.slice(part * PART, (part + 1) * PART)}`,
  );
}

/** Puts the texts of one channel together again. What is not ours is passed over. */
export function assembler(): (payload: string) => string | undefined {
  let id = '';
  let parts: string[] = [];
  return (payload) => {
    const match = /^([\w-]+\.\d+) (\d+) (\d+) /.exec(payload);
    if (!match) return undefined;
    const [head, sender = '', part, count] = match;
    if (part === '0') [id, parts] = [sender, []];
    if (sender !== id || parts.length !== Number(part)) return undefined;
    parts.push(payload.slice(head.length));
    if (parts.length < Number(count)) return undefined;
    const body = parts.join('');
    [id, parts] = ['', []];
    return body.startsWith('p') ? body.slice(1) : Buffer.from(body.slice(1), 'base64').toString('utf16le');
  };
}
