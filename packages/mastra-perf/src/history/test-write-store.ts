import { settled, testClock } from '../base/test-clock.ts';
import type { LostMessages, WriteQueueOptions } from './write-queue-options.ts';
import { createWriteQueue } from './write-queue.ts';

export interface Row {
  readonly id: string;
  readonly threadId: string;
  readonly text: string;
}

/** A write that has begun and ends when the test says so. */
export interface HeldWrite {
  readonly rows: readonly Row[];
  readonly ids: string;
  succeed(): void;
  fail(error?: Error): void;
}

export const range = (count: number): number[] => [...Array(count).keys()];

export const row = (threadId: string, id: string, text = ''): Row => ({ id, threadId, text });

/** A queue in front of a store whose writes are held, on a clock that stands still. */
export function queueOnHeldStore(options: Partial<WriteQueueOptions<Row>> = {}) {
  const clock = testClock();
  const held: HeldWrite[] = [];
  /** Ids of every write that has begun, in order. */
  const begun: string[] = [];
  const lost: LostMessages[] = [];
  const retries: unknown[] = [];
  const queue = createWriteQueue<Row>({
    clock,
    random: () => 0,
    joins: true,
    onRetry: (error) => retries.push(error),
    onLost: (event) => lost.push(event),
    write(rows) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const end = (how: () => void) => () => {
        held.splice(held.indexOf(write), 1);
        how();
      };
      const write: HeldWrite = {
        rows,
        ids: rows.map(({ id }) => id).join(' '),
        succeed: end(resolve),
        fail: (error = new Error('away')) => end(() => reject(error))(),
      };
      held.push(write);
      begun.push(write.ids);
      return promise;
    },
    ...options,
  });
  /** Lets everything go on that can, time apart. */
  const turn = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      await settled();
      clock.endTurn();
    }
    await settled();
  };
  return {
    clock,
    queue,
    held,
    begun,
    lost,
    retries,
    turn,
    async add(...rows: readonly Row[]) {
      await queue.add(rows);
      await turn();
    },
    /** Ends the writes under way now, or only those that hold one of these ids. */
    async end(how: 'succeed' | 'fail', ...ids: readonly string[]) {
      for (const write of [...held])
        if (ids.length === 0 || write.rows.some(({ id }) => ids.includes(id))) write[how]();
      await turn();
    },
    async pass(ms: number) {
      clock.advance(ms);
      await turn();
    },
  };
}

/** How a promise has ended so far. */
export function watch(promise: Promise<unknown>): { state: unknown } {
  const watched: { state: unknown } = { state: 'pending' };
  promise.then(
    () => (watched.state = 'resolved'),
    (error: unknown) => (watched.state = error),
  );
  return watched;
}

/** Ends writes so long as there are any, those that hold one of these ids with an error. */
export async function endAll(
  { held, turn }: ReturnType<typeof queueOnHeldStore>,
  bad: readonly string[],
  error?: Error,
): Promise<void> {
  while (held.length > 0) {
    for (const write of [...held])
      if (write.rows.some(({ id }) => bad.includes(id))) write.fail(error);
      else write.succeed();
    await turn();
  }
}
