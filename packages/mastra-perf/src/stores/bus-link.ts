import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { PerfError } from '../errors.ts';
import type { BusConnection, OpenBusConnection } from './bus-connection.ts';

/** One connection for messages, from its opening to its end. */
export interface BusLink {
  /** Resolves when it is open; nothing may be asked of it before. When it rejects, `end()` is still to be called. */
  readonly opened: Promise<void>;
  isOver(): boolean;
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Ends it; also while it opens, which then fails. Never rejects, and takes no longer than a second. */
  end(): Promise<void>;
}

export interface BusLinkDeps {
  /** Of the store; errors begin with it. */
  readonly name: string;
  readonly clock: Clock;
  readonly onMessage: (channel: string, text: string) => void;
  /** It has ended, and `end()` was not called. */
  readonly onLost: () => void;
}

const OPEN_MS = 5000;
/** Nobody speaks on a connection for messages while there are none, so a dead one would not be noticed. */
const PING_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 2000;
const END_MS = 1000;

export const linkFailure = (name: string, what: string): PerfError =>
  new PerfError('MASTRA_PERF_STORE', `${name}: the connection for messages ${what}`);

export function openBusLink(
  open: OpenBusConnection,
  { name, clock, onMessage, onLost }: BusLinkDeps,
): BusLink {
  const opening = new AbortController();
  let connection: BusConnection | undefined;
  let over = false;
  let lostEarly = false;
  let cancel = (): void => undefined;
  let lastAnswer: Promise<unknown> = Promise.resolve();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined); // whoever waits hears it, and there may be nobody
  /** For the question that is asked now. What waited for `ended` itself would be kept until then, ping after ping. */
  let giveUp: ((why: PerfError) => void) | undefined;

  const finish = (why: string): void => {
    over = true;
    cancel();
    const failure = linkFailure(name, why);
    ended.reject(failure);
    giveUp?.(failure);
    if (!connection) opening.abort();
  };
  const endOf = (one: BusConnection, broken: boolean): Promise<void> =>
    withDeadline(clock, END_MS, async () => void (await one.end(broken))).catch(() => undefined); // over it is
  const lose = (why: string): void => {
    if (over) return;
    finish(why);
    if (connection) void endOf(connection, true);
    onLost();
  };

  /** One question at a time, because clients may take no more. Who does not answer in time is lost, and with it all who wait. */
  const ask = (question: (of: BusConnection) => Promise<unknown>): Promise<void> => {
    const answer = lastAnswer.then(async () => {
      if (over || !connection) return ended.promise;
      const stop = clock.after(ANSWER_WITHIN_MS, () => lose(`gave no answer within ${ANSWER_WITHIN_MS} ms`));
      const given = Promise.withResolvers<never>();
      giveUp = given.reject;
      try {
        await Promise.race([question(connection), given.promise]);
      } finally {
        stop();
        giveUp = undefined;
      }
    });
    lastAnswer = answer.catch(() => undefined); // told to whom it concerns
    return answer;
  };
  const watch = (): void => {
    cancel = clock.after(PING_EVERY_MS, () => {
      ask((of) => of.ping()).then(
        () => over || watch(),
        () => lose('was lost'),
      );
    });
  };

  const begin = async (): Promise<BusConnection> =>
    open({
      message: (channel, text) => over || onMessage(channel, text),
      lost: () => (connection ? lose('was lost') : (lostEarly = true)),
      signal: opening.signal,
    });
  const arrived = begin().then(async (came) => {
    if (over || lostEarly) {
      await endOf(came, true);
      throw linkFailure(name, 'was lost');
    }
    connection = came;
    cancel();
    watch();
  });
  cancel = clock.after(OPEN_MS, () => lose(`was not open within ${OPEN_MS} ms`));

  return {
    opened: Promise.race([arrived, ended.promise]),
    isOver: () => over,
    subscribe: (channels) => ask((of) => of.subscribe(channels)),
    unsubscribe: (channel) => ask((of) => of.unsubscribe(channel)),
    async end() {
      if (over) return;
      finish('was ended');
      if (connection) await endOf(connection, false);
      // What comes late is ended when it comes.
      else await withDeadline(clock, END_MS, () => arrived).catch(() => undefined); // told to who opened it
    },
  };
}
