import { PerfError } from '../errors.ts';
import { weigh } from './weigh.ts';
import { createAttempts } from './write-attempts.ts';
import type { Part } from './write-batch.ts';
import { flushWithin } from './write-closing.ts';
import { withLanesBefore, type Lane } from './write-lane.ts';
import { createLanes } from './write-lanes.ts';
import type { WriteQueueOptions } from './write-queue-options.ts';
import { createRoom } from './write-room.ts';

const BATCH_MESSAGES = 500;
const BATCH_BYTES = 4 * 1024 ** 2;

export interface WriteQueueState {
  readonly messages: number;
  readonly bytes: number;
  readonly threads: number;
  /** For how long the oldest message waits; 0 when none does. */
  readonly oldestMs: number;
  /** Writes that have failed. */
  readonly retries: number;
  /** Messages that were given up. */
  readonly lost: number;
}

/** Messages that are written behind the back of those who save them: those of one thread in order, one write at a time. */
export interface WriteQueue<M> {
  /**
   * Resolves when they are accepted: at once, or when there is room. Messages are not copied. Rejects, and accepts none of them,
   * with a PerfError `MASTRA_PERF_CLOSED` or with the reason of the signal.
   */
  add(messages: readonly M[], signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when all that was accepted before, of this thread or of all, is written or given up; it is tried at once.
   * @throws PerfError `MASTRA_PERF_STORE` when an attempt fails that began after this call; the messages are kept. The
   * reason of the signal when it aborts: a write that never ends is waited for without end.
   */
  settled(threadId?: string, signal?: AbortSignal): Promise<void>;
  /** All of it. */
  flush(signal?: AbortSignal): Promise<void>;
  /** Accepts no more and writes for so long as this; what is left then is told as lost. */
  close(options: { readonly timeoutMs: number }): Promise<void>;
  state(): WriteQueueState;
}

export function createWriteQueue<M extends { readonly id: string; readonly threadId?: string | undefined }>(
  options: WriteQueueOptions<M>,
): WriteQueue<M> {
  const { clock, random, bytesOf = weigh, maxMessages = 10_000, maxBytes = 64 * 1024 ** 2 } = options;
  const room = createRoom(maxMessages, maxBytes);
  const joins = options.joins ?? false;
  const lanes = createLanes<M>(clock, random, { maxMessages: BATCH_MESSAGES, maxBytes: BATCH_BYTES, joins });
  let closing: Promise<void> | undefined;
  let lost = 0;

  const giveUp = ({ lane, items }: Part<M>, error: unknown): void => {
    lost += items.length;
    options.onLost({ threadId: lane.threadId, ids: items.map(({ message }) => message.id), error });
  };
  const leave = ({ items }: Pick<Part<M>, 'items'>): void => {
    room.free(
      items.length,
      items.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  };
  const attempts = createAttempts<M>({
    clock,
    random,
    lanes,
    maxWrites: options.maxWrites ?? 4,
    write: options.write,
    isPermanent: options.isPermanent ?? (() => false),
    onRetry: options.onRetry ?? (() => undefined),
    onLost: giveUp,
    onRemoved: leave,
  });

  /** Waits for lanes, all to the end, whichever of them fail. */
  const written = async (
    some: Iterable<Lane<M>>,
    patience: 'lane' | 'store',
    signal?: AbortSignal,
  ): Promise<void> => {
    const waiting = [...some].map((lane) => {
      lanes.wake(lane);
      return attempts.waits.until(lane, patience, signal);
    });
    attempts.begin();
    const failure = (await Promise.allSettled(waiting)).find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  };

  const flush = (signal?: AbortSignal): Promise<void> => written(lanes.all(), 'store', signal);

  const end = async (timeoutMs: number): Promise<void> => {
    room.close(new PerfError('MASTRA_PERF_CLOSED', 'the queue of messages is closed: it accepts no more'));
    await flushWithin(clock, timeoutMs, flush);
    attempts.stop();
    abandon();
  };

  const abandon = (): void => {
    const left = [...lanes.all()].map((lane) => ({ lane, items: lane.items.splice(0) }));
    lanes.clear();
    for (const part of left) {
      if (part.items.length > 0) giveUp(part, notInTime(attempts.lastError()));
      leave(part);
      attempts.waits.advanced(part.lane);
    }
  };

  return {
    add(messages, signal) {
      const sized = messages.map((message) => ({ message, bytes: bytesOf(message) }));
      return room.take(
        sized.length,
        sized.reduce((sum, { bytes }) => sum + bytes, 0),
        () => {
          for (const { message, bytes } of sized) lanes.accept(message, bytes);
          attempts.begin();
        },
        signal,
      );
    },
    settled(threadId, signal) {
      if (threadId === undefined) return flush(signal);
      const lane = lanes.get(threadId);
      return lane ? written(withLanesBefore(lane), 'lane', signal) : Promise.resolve();
    },
    flush,
    close: ({ timeoutMs }) => (closing ??= end(timeoutMs)),
    state() {
      const now = clock.monotonic();
      const waiting = [...lanes.all()];
      return {
        ...room.taken(),
        threads: waiting.length,
        oldestMs: waiting.reduce((most, { items }) => Math.max(most, now - (items[0]?.at ?? now)), 0),
        retries: attempts.failures(),
        lost,
      };
    },
  };
}

const notInTime = (cause: unknown): PerfError =>
  new PerfError(
    'MASTRA_PERF_CLOSED',
    'the queue was closed before these messages were known to be written, a write under way may still succeed',
    { cause },
  );
