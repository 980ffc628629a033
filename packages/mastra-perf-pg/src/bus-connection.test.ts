import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { openBusConnection } from './bus-connection.ts';
import { payloadsOf } from './messages.ts';
import type { PgClient, PgQuery } from './pg-pool.ts';

const { signal } = new AbortController();

/** A connection that answers what it is told to. */
async function setUp() {
  const emitter = new EventEmitter();
  const queries: string[] = [];
  const ends: boolean[] = [];
  let refusal: Error | undefined;
  const query = async ({ text }: PgQuery) => {
    queries.push(text);
    if (refusal) throw refusal;
    return { rows: [] };
  };
  const client = Object.assign(emitter, { query }) as unknown as PgClient;
  const events = {
    message: vi.fn<(channel: string, text: string) => void>(),
    lost: vi.fn<() => void>(),
    signal,
  };
  const open = openBusConnection(async () => ({ client, end: (broken) => void ends.push(broken) }));
  const connection = await open(events);
  const notify = (channel: string, payload: string): void =>
    void emitter.emit('notification', { channel, payload });
  const refuse = (error: Error): void => void (refusal = error);
  return { connection, emitter, queries, ends, refuse, notify, ...events };
}

test('listens to all channels in one statement, and names of channels are quoted', async () => {
  const { connection, queries, ends } = await setUp();
  await connection.subscribe(['a', 'b"c']);
  await connection.ping();
  await connection.unsubscribe('a');
  expect(queries).toEqual(['LISTEN "a"; LISTEN "b""c"', 'SELECT 1', 'UNLISTEN "a"']);
  await connection.end(true);
  expect(ends).toEqual([true]);
});

test('puts together what comes in parts, and forgets half of it when nobody listens any more', async () => {
  const { connection, notify, message } = await setUp();
  const long = 'x'.repeat(10_000);
  const [first, second] = payloadsOf('a.1', long);
  notify('c', first!);
  notify('other', payloadsOf('a.2', 'text')[0]!);
  notify('c', second!);
  expect(message.mock.calls).toEqual([
    ['other', 'text'],
    ['c', long],
  ]);
  notify('c', first!);
  await connection.unsubscribe('c');
  notify('c', second!);
  expect(message).toHaveBeenCalledTimes(2);
});

test.each(['error', 'end'])('is lost at "%s"', async (event) => {
  const { emitter, lost } = await setUp();
  expect(lost).not.toHaveBeenCalled();
  emitter.emit(event, new Error('terminated'));
  expect(lost).toHaveBeenCalledOnce();
});

test('says what it was that failed, without what else the error holds', async () => {
  const { connection, refuse } = await setUp();
  refuse(Object.assign(new Error('too many'), { detail: 'secret' }));
  await expect(connection.subscribe(['c'])).rejects.toThrow('postgresStore: subscribe: too many');
  const open = openBusConnection(() => Promise.reject(new Error('refused')));
  const events = { message() {}, lost() {}, signal };
  await expect(open(events)).rejects.toThrow('postgresStore: cannot listen: refused');
});
