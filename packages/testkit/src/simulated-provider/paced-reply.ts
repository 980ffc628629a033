import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { pause } from '../until-aborted.ts';
import type { Exchange } from './exchange.ts';
import { sseText, type SseFrame } from './sse-frame.ts';

export interface ReplyBounds {
  /** Break the connection when so many tokens are sent. */
  readonly cutAfterTokens: number;
  /** Send nothing more when so many tokens are sent, and never end. */
  readonly stallAfterTokens: number;
}

export interface ReplyPace extends ReplyBounds {
  readonly timeToFirstTokenMs: number;
  readonly tokensPerSecond: number;
}

/** Sends the events, each when the tokens before it would have been generated. Rejects when the client leaves. */
export async function sendFrames(
  exchange: Exchange,
  frames: readonly SseFrame[],
  pace: ReplyPace,
): Promise<void> {
  const { res, entry } = exchange;
  let generated = 0;
  for (const frame of frames) {
    await until(exchange, pace, generated);
    if (!res.headersSent) {
      entry.status = 200;
      res.writeHead(200, {
        ...exchange.headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      });
    }
    if (generated >= pace.cutAfterTokens) return breakOff(exchange);
    if (generated >= pace.stallAfterTokens) await untilGone(exchange);
    if (frame.tokens > 0) entry.firstTokenMs ??= exchange.elapsed();
    generated += frame.tokens;
    entry.outputTokens = Math.round(generated);
    if (!res.write(sseText(frame))) await once(res, 'drain', { signal: exchange.gone });
  }
  res.end();
  await once(res, 'close', { signal: exchange.gone });
}

/** Sends the whole reply at once, when a stream of it would have ended. */
export async function sendJson(
  exchange: Exchange,
  body: unknown,
  outputTokens: number,
  pace: ReplyPace,
): Promise<void> {
  const { entry, res } = exchange;
  const cut = Math.min(outputTokens, pace.cutAfterTokens, pace.stallAfterTokens);
  try {
    await until(exchange, pace, cut);
  } catch (error) {
    const generatingMs = exchange.elapsed() - pace.timeToFirstTokenMs;
    entry.outputTokens =
      generatingMs > 0 ? Math.min(outputTokens, Math.floor((generatingMs * pace.tokensPerSecond) / 1000)) : 0;
    throw error;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  entry.outputTokens = cut;
  if (pace.stallAfterTokens < Number.POSITIVE_INFINITY) await untilGone(exchange);
  entry.status = 200;
  res.writeHead(200, {
    ...exchange.headers,
    'content-type': 'application/json',
    'content-length': bytes.length,
  });
  if (pace.cutAfterTokens < Number.POSITIVE_INFINITY) {
    res.write(bytes.subarray(0, bytes.length / 2));
    return breakOff(exchange);
  }
  res.end(bytes);
  await once(res, 'close', { signal: exchange.gone });
}

/** Closes the connection without an ending. */
export async function breakOff({ res, entry }: Exchange): Promise<void> {
  // What was written is corked until the next tick; the client is to see it before the break.
  await setImmediate();
  entry.broken = true;
  res.socket?.destroy();
}

/** Rejects when the client leaves. */
export async function untilGone({ gone }: Exchange): Promise<never> {
  if (!gone.aborted) await once(gone, 'abort');
  throw gone.reason;
}

/** One timer at a time; again, if it fired early. */
async function until(exchange: Exchange, pace: ReplyPace, tokens: number): Promise<void> {
  exchange.gone.throwIfAborted();
  const due = pace.timeToFirstTokenMs + (tokens / pace.tokensPerSecond) * 1000;
  for (let left = due - exchange.elapsed(); left > 0; left = due - exchange.elapsed())
    await pause(left, exchange.gone);
}
