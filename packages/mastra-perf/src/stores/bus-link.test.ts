import { expect, test } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { receiverUp, refusalOf } from './test-bus-receiver.ts';

const never = () => new Promise(() => {});

test('gives up an opening that takes longer than 5 s, tells it, and ends what comes of it later', async () => {
  const { clock, receiver, listen, newest, advance } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  await advance(4999);
  expect(newest().signal.aborted).toBe(false);
  await advance(1);
  expect(await refused).toContain('fake: the connection for messages was not open within 5000 ms');
  expect([newest().signal.aborted, clock.timers()]).toEqual([true, 0]);
  await newest().arrive();
  expect(newest().ends).toEqual([true]);
});

test('a connection that was lost while it opened is not used', async () => {
  const { clock, receiver, listen, newest } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  await settled();
  newest().lost();
  await newest().arrive();
  expect(await refused).toContain('was lost');
  expect([newest().ends, newest().asked, clock.timers()]).toEqual([[true], [], 0]);
});

test('asks every 5 s whether a connection lives, and replaces one that is silent for 2 s', async () => {
  const { connections, heard, newest, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  for (let round = 0; round < 3; round++) await advance(5000);
  expect(connection.asked.filter((question) => question === 'ping')).toHaveLength(3);
  expect(connections).toHaveLength(1);

  connection.reply = never;
  await advance(5000);
  await advance(1999);
  expect(connection.ends).toEqual([]);
  await advance(1);
  expect(connection.ends).toEqual([true]);
  await advance(50);
  await newest().arrive();
  expect(connections).toHaveLength(2);
  expect(heard).toEqual(['one: gap']);
});

test('replaces a connection that refuses to say that it lives', async () => {
  const { connections, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.reply = () => {
    throw new Error('terminated');
  };
  await advance(5000);
  expect(connection.ends).toEqual([true]);
  await advance(50);
  expect(connections).toHaveLength(2);
});

test('a subscription without an answer for 2 s is rejected, and the connection replaced for the others', async () => {
  const { connections, receiver, listen, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.reply = never;
  const refused = refusalOf(receiver.subscribe('two', listen('two')));
  await settled();
  await advance(2000);
  expect(await refused).toContain('no answer within 2000 ms');
  await advance(50);
  expect(connections).toHaveLength(2);
});

test('asks for one thing at a time, and what waits for its turn loses none of its time', async () => {
  const { receiver, listen, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.asked.length = 0;
  const answers: Array<() => void> = [];
  connection.reply = () => new Promise<void>((resolve) => answers.push(resolve));
  const subscribing = ['two', 'three'].map((channel) => receiver.subscribe(channel, listen(channel)));
  await settled();
  await advance(1999);
  expect(connection.asked).toEqual(['subscribe two']);
  answers[0]!();
  await settled();
  expect(connection.asked).toEqual(['subscribe two', 'subscribe three']);
  await advance(1999);
  answers[1]!();
  await Promise.all(subscribing);
  expect(connection.ends).toEqual([]);
});

test('a question that was refused is not in the way of the next', async () => {
  const { receiver, listen, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  const replies = [() => Promise.reject(new Error('NOPERM')), () => undefined];
  connection.reply = () => replies.shift()?.();
  const [two, three] = await Promise.allSettled(
    ['two', 'three'].map((channel) => receiver.subscribe(channel, listen(channel))),
  );
  expect([two!.status, three!.status]).toEqual(['rejected', 'fulfilled']);
});
