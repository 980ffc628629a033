import type { Socket } from 'node:net';

/** How one direction of a proxy behaves right now; read for every chunk. */
export interface PipeConditions {
  delayMs: number;
  frozen: boolean;
  bytes: number;
}

const MAX_WAITING_BYTES = 1024 * 1024;

/** Passes data and its end on, each chunk after the delay that held when it came. Returns a `pump` to call after a change. */
export function delayedPipe(from: Socket, to: Socket, conditions: PipeConditions): () => void {
  const waiting: { chunk: Buffer | undefined; dueAt: number }[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;

  const hold = (chunk: Buffer | undefined) => {
    // Never before an earlier chunk, even if the delay got shorter meanwhile.
    const dueAt = Math.max(performance.now() + conditions.delayMs, waiting.at(-1)?.dueAt ?? 0);
    waiting.push({ chunk, dueAt });
    waitingBytes += chunk?.length ?? 0;
    if (waitingBytes > MAX_WAITING_BYTES) from.pause();
    pump();
  };
  const pump = () => {
    clearTimeout(timer);
    while (!conditions.frozen && !to.destroyed) {
      const [next] = waiting;
      if (!next) return;
      const left = next.dueAt - performance.now();
      if (left > 0) {
        timer = setTimeout(pump, left);
        return;
      }
      waiting.shift();
      pass(next.chunk);
    }
  };
  const pass = (chunk: Buffer | undefined) => {
    if (!chunk) return to.end();
    conditions.bytes += chunk.length;
    waitingBytes -= chunk.length;
    to.write(chunk);
    if (waitingBytes <= MAX_WAITING_BYTES) from.resume();
  };

  from.on('data', hold);
  from.on('end', () => hold(undefined));
  to.on('close', () => {
    clearTimeout(timer);
    // After a clean end, the other direction may still have data under way to `from`.
    if (!to.readableEnded || !to.writableFinished) from.destroy();
  });
  return pump;
}
