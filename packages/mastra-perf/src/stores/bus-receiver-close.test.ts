import { expect, test } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { receiverUp, refusalOf } from './test-bus-receiver.ts';

test('close says goodbye to the connection that stands, and nothing is opened any more', async () => {
  const { clock, connections, receiver, heard, listen, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  await receiver.close();
  connection.message('one', 'late');
  expect([connection.ends, clock.timers(), heard]).toEqual([[false], 0, []]);
  await expect(receiver.subscribe('one', listen('a'))).rejects.toMatchObject({
    code: 'MASTRA_PERF_CLOSED',
    message: 'fake: the store is closed',
  });
  expect(connections).toHaveLength(1);
});

test('close tells what is being opened, and waits until that has come to nothing', async () => {
  const { clock, receiver, listen, newest } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  await settled();
  expect(newest().signal.aborted).toBe(false);
  let isClosed = false;
  const closing = receiver.close().then(() => (isClosed = true));
  expect(newest().signal.aborted).toBe(true);
  expect(await refused).toContain('was ended');
  expect(isClosed).toBe(false);
  await newest().fail(new Error('aborted'));
  await closing;
  expect(clock.timers()).toBe(0);
});

test('a connection that comes when it is closed already is ended', async () => {
  const { clock, receiver, listen, newest } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  await settled();
  const closing = receiver.close();
  expect(await refused).toContain('was ended');
  await newest().arrive();
  await closing;
  expect([newest().ends, clock.timers()]).toEqual([[true], 0]);
});

test('close ends the wait for the next attempt', async () => {
  const { clock, connections, receiver, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.lost();
  await settled();
  expect(clock.timers()).toBe(1);
  await receiver.close();
  expect(clock.timers()).toBe(0);
  await advance(60_000);
  expect(connections).toHaveLength(1);
});

test.each([
  ['never comes to an end', () => new Promise(() => {})],
  ['fails to end', () => Promise.reject(new Error('cannot end'))],
])('close settles within a second when a connection %s', async (_how, ending) => {
  const { clock, receiver, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.ending = ending;
  const closing = receiver.close();
  await advance(1000);
  await closing;
  expect(clock.timers()).toBe(0);
});

test('close settles within a second when an opening never comes to an end', async () => {
  const { receiver, listen, advance } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  const closing = receiver.close();
  await advance(1000);
  await closing;
  expect(await refused).toContain('was ended');
});
