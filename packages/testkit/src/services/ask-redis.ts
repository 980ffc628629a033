import { once } from 'node:events';
import { connect } from 'node:net';

const PATIENCE_MS = 2000;

/** A reply of Redis: a text, or a list of replies. A null is an empty text. */
export type RedisReply = string | readonly RedisReply[];

/**
 * Sends one inline command (words without spaces) to the Redis on a port of 127.0.0.1, without a client: servers are
 * started here before any client is there.
 */
export async function askRedis(port: number, ...words: readonly string[]): Promise<RedisReply> {
  const socket = connect(port, '127.0.0.1');
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await once(socket, 'connect', { signal });
    socket.write(`${words.join(' ')}\r\n`);
    let received = '';
    for (;;) {
      const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
      received += chunk.toString('latin1');
      const whole = replyAt(received, 0);
      if (whole) return whole.reply;
    }
  } finally {
    socket.destroy();
  }
}

/** The reply that begins there, and where it ends; `undefined` while a part of it is missing. */
function replyAt(text: string, start: number): { reply: RedisReply; end: number } | undefined {
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const line = text.slice(start + 1, lineEnd);
  const after = lineEnd + 2;
  switch (text[start]) {
    case '-':
      throw new Error(`Redis: ${line}`);
    case '$': {
      if (line === '-1') return { reply: '', end: after };
      const end = after + Number(line);
      return text.length < end + 2 ? undefined : { reply: text.slice(after, end), end: end + 2 };
    }
    case '*':
      return listAt(text, after, Number(line));
    default:
      return { reply: line, end: after };
  }
}

function listAt(text: string, start: number, length: number) {
  const reply: RedisReply[] = [];
  let end = start;
  while (reply.length < length) {
    const next = replyAt(text, end);
    if (!next) return undefined;
    reply.push(next.reply);
    ({ end } = next);
  }
  return { reply, end };
}
