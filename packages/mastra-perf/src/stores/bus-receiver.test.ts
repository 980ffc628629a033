import { expect, test, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { busReceiver } from './bus-receiver.ts';
import { receiverUp, refusalOf } from './test-bus-receiver.ts';

test('opens nothing before somebody listens, and then one connection for everybody', async () => {
  const { connections, receiver, heard, listen, newest } = receiverUp();
  expect(connections).toHaveLength(0);
  const subscribing = ['one', 'two', 'one'].map((channel, n) => receiver.subscribe(channel, listen(`${n}`)));
  await settled();
  await newest().arrive();
  await Promise.all(subscribing);
  expect(connections).toHaveLength(1);
  newest().message('one', 'text');
  newest().message('other', 'text');
  expect(heard).toEqual(['0: text', '2: text']);
});

test('rejects with what was in the way, and does not go on trying for nobody', async () => {
  const { clock, connections, receiver, listen, newest, advance } = receiverUp();
  const refused = refusalOf(receiver.subscribe('one', listen('a')));
  await newest().fail(new Error('ECONNREFUSED'));
  expect(await refused).toBe('ECONNREFUSED');
  await advance(60_000);
  expect([connections.length, clock.timers()]).toEqual([1, 0]);
});

test('what throws at once instead of opening is a rejection too', async () => {
  const receiver = busReceiver({
    name: 'fake',
    open() {
      throw new Error('not configured');
    },
  });
  const nobody = { message() {}, gap() {} };
  await expect(receiver.subscribe('one', nobody)).rejects.toThrow('not configured');
  await receiver.close();
});

test('a lost connection is replaced, all channels are subscribed again, and everybody is told of the gap', async () => {
  const { connections, receiver, heard, listen, newest, advance, subscribed } = receiverUp();
  const { connection: first, ends } = await subscribed('one', 'two');
  await ends[0]!();
  await receiver.subscribe('three', listen('three'));

  first.lost();
  expect([heard, first.ends]).toEqual([[], [true]]);
  await advance(50);
  expect(connections).toHaveLength(2);
  await newest().arrive();
  expect(newest().asked).toEqual(['subscribe two three']);
  expect(heard).toEqual(['two: gap', 'three: gap']);
  first.message('two', 'from the past');
  newest().message('two', 'text');
  expect(heard.slice(2)).toEqual(['two: text']);
});

test('one connection is replaced once, however often it is told to be lost', async () => {
  const { connections, newest, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.lost();
  connection.lost();
  await advance(50);
  await newest().arrive();
  connection.lost();
  await advance(60);
  expect([connections.length, connection.ends]).toEqual([2, [true]]);
});

test('tries again after 50 ms, then twice as long each time, up to a second, and after the next loss from the start', async () => {
  const { clock, connections, newest, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  const waits = async (count: number): Promise<number[]> => {
    const all: number[] = [];
    while (all.length < count) {
      const before = connections.length;
      let waited = 0;
      for (; connections.length === before; waited += 10) {
        clock.advance(10);
        await settled();
      }
      all.push(waited);
      if (all.length < count) await newest().fail(new Error('refused'));
    }
    return all;
  };
  connection.lost();
  expect(await waits(7)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
  await newest().arrive();
  newest().lost();
  expect(await waits(1)).toEqual([50]);
});

test('waits of many processes are spread over up to half of their time', async () => {
  const { connections, advance, subscribed } = receiverUp({ random: () => 0.5 });
  const { connection } = await subscribed('one');
  connection.lost();
  await advance(37);
  expect(connections).toHaveLength(1);
  await advance(1);
  expect(connections).toHaveLength(2);
});

test('a lost connection is not replaced for nobody, and the next subscription makes a new one', async () => {
  const { clock, connections, receiver, heard, listen, newest, advance, subscribed } = receiverUp();
  const { connection, ends } = await subscribed('one');
  connection.lost();
  await ends[0]!();
  await advance(60_000);
  expect([connections.length, clock.timers()]).toEqual([1, 0]);
  const again = receiver.subscribe('two', listen('two'));
  await newest().arrive();
  await again;
  newest().message('two', 'text');
  expect(heard.at(-1)).toBe('two: text');
});

test('a connection that is lost again before it is subscribed counts as never made', async () => {
  const { connections, heard, newest, advance, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.lost();
  await advance(50);
  const second = newest();
  second.reply = () => second.lost();
  await second.arrive();
  expect(heard).toEqual([]);
  await advance(100);
  await newest().arrive();
  expect(connections).toHaveLength(3);
  expect(heard).toEqual(['one: gap']);
});

test('the server is asked to be quiet when the last one has left a channel', async () => {
  const { receiver, listen, subscribed } = receiverUp();
  const { connection, ends } = await subscribed('one');
  const endOfSecond = await receiver.subscribe('one', listen('second'));
  await ends[0]!();
  await ends[0]!();
  expect(connection.asked).not.toContain('unsubscribe one');
  await endOfSecond();
  expect(connection.asked.at(-1)).toBe('unsubscribe one');
});

test('a subscription that the server refuses leaves the others alone', async () => {
  const { receiver, heard, listen, subscribed } = receiverUp();
  const { connection } = await subscribed('one');
  connection.reply = () => {
    throw new Error('NOPERM');
  };
  await expect(receiver.subscribe('two', listen('two'))).rejects.toThrow('NOPERM');
  connection.message('one', 'text');
  connection.message('two', 'text');
  expect([heard, connection.ends]).toEqual([['one: text'], []]);
});

test('what one listener throws is a warning, and the others hear the message', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { receiver, heard, listen, subscribed } = receiverUp();
  const { connection } = await subscribed('other');
  const faulty = {
    message() {
      throw new Error('faulty');
    },
    gap() {},
  };
  await receiver.subscribe('one', faulty);
  await receiver.subscribe('one', listen('a'));
  connection.message('one', 'text');
  expect(heard).toEqual(['a: text']);
  expect(warned.mock.calls).toEqual([
    ["a listener of the bus threw at topic 'one': Error: faulty", expect.anything()],
  ]);
  warned.mockRestore();
});
