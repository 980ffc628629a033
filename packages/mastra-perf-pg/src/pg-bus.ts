import { randomBytes } from 'node:crypto';
import type { Bus, BusReceiver } from 'mastra-perf';
import type { Database } from './database.ts';
import { failure } from './failures.ts';
import { channelOf, payloadsOf } from './messages.ts';
import { statement } from './statement.ts';

interface Outgoing {
  readonly channel: string;
  readonly payloads: readonly string[];
  readonly sent: PromiseWithResolvers<void>;
}

/** Texts of one statement. */
const MAX_PAYLOADS = 500;
/** What waits for the statement before it. */
const MAX_WAITING = 10_000;

const notify = statement(
  'publish',
  `SELECT pg_notify(m.channel, m.payload) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS m(channel, payload, n) ORDER BY n`,
);

/** Texts of one process are sent by one statement after another: over several connections their order would be lost. */
export function pgBus(
  database: Pick<Database, 'ask' | 'connect'>,
  receiver: Pick<BusReceiver, 'subscribe'>,
  schema: string,
): Bus {
  const sender = randomBytes(9).toString('base64url');
  let texts = 0;
  let waiting: Outgoing[] = [];
  let sending = false;

  const send = async (batch: readonly Outgoing[]): Promise<void> => {
    const all = batch.flatMap(({ channel, payloads }) => payloads.map((payload) => ({ channel, payload })));
    const size = all.reduce((sum, { payload }) => sum + payload.length, 0);
    await database.ask(notify, [all.map(({ channel }) => channel), all.map(({ payload }) => payload)], size);
  };
  const sendAll = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    while (waiting.length > 0) {
      const batch = firstOf(waiting);
      waiting = waiting.slice(batch.length);
      try {
        await send(batch);
        for (const { sent } of batch) sent.resolve();
      } catch (error) {
        // Who waited for this would only wait once more.
        for (const { sent } of [...batch, ...waiting]) sent.reject(error);
        waiting = [];
      }
    }
    sending = false;
  };

  return {
    async publish(topic, text) {
      if (waiting.length >= MAX_WAITING) throw failure(`publish: ${waiting.length} messages wait already`);
      const sent = Promise.withResolvers<void>();
      const payloads = payloadsOf(`${sender}.${texts++}`, text);
      waiting.push({ channel: channelOf(schema, topic), payloads, sent });
      void sendAll();
      await sent.promise;
    },
    async subscribe(topic, listener) {
      await database.connect();
      return receiver.subscribe(channelOf(schema, topic), listener);
    },
  };
}

/** At least one. */
function firstOf(waiting: readonly Outgoing[]): Outgoing[] {
  let payloads = 0;
  const end = waiting.findIndex((outgoing) => (payloads += outgoing.payloads.length) > MAX_PAYLOADS);
  return waiting.slice(0, end === -1 ? waiting.length : Math.max(1, end));
}
