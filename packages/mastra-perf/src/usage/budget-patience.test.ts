import { expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { patience } from './budget-patience.ts';

function setUp() {
  const clock = testClock();
  const ledger = { isOpening: false };
  const isOpening = () => ledger.isOpening;
  const ask = patience({ clock, random: () => 0, silenceMs: 500, isOpening, maxMs: 30_000 });
  const open: Array<PromiseWithResolvers<string>> = [];
  const question = () => {
    const result = { told: 'waits' };
    ask(() => {
      const reply = Promise.withResolvers<string>();
      open.push(reply);
      return reply.promise;
    }).then(
      (value) => (result.told = value),
      (error: unknown) => (result.told = (error as Error).message),
    );
    return result;
  };
  /** In an idle process, which looks at each timer in its time. */
  const pass = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 50) {
      clock.advance(50);
      await settled();
    }
  };
  /** Something is asked and answered. */
  const hear = async () => {
    question();
    open.at(-1)!.resolve('yes');
    await settled();
  };
  return { clock, ledger, open, question, pass, hear };
}

it('gives up a ledger that answers nobody', async () => {
  const { clock, question, pass } = setUp();
  const result = question();
  await pass(450);
  expect(result.told).toBe('waits');
  await pass(50);
  expect(result.told).toBe('no answer within 500 ms');
  expect(clock.timers()).toBe(0);
});

it('waits on for a ledger that answers others, but not for ever', async () => {
  const { clock, question, pass, hear } = setUp();
  const result = question();
  for (let turn = 0; turn < 66; turn++) {
    await pass(450);
    expect(result.told).toBe('waits');
    await hear();
  }
  await pass(450);
  expect(result.told).toBe('no answer within 30000 ms');
  expect(clock.timers()).toBe(0);
});

it('takes an answer that comes late as long as others come', async () => {
  const { open, question, pass, hear } = setUp();
  const result = question();
  await pass(400);
  await hear();
  await pass(400);
  open[0]!.resolve('late');
  await settled();
  expect(result.told).toBe('late');
});

it('does not take for silence that its own process could not listen', async () => {
  const { clock, open, question, pass } = setUp();
  const result = question();
  const busy = clock.monotonic;
  let behind = 0;
  clock.monotonic = () => busy() + behind;
  for (let turn = 0; turn < 20; turn++) {
    behind += 80; // each timer is seen so much too late
    await pass(50);
  }
  expect(result.told).toBe('waits');
  open[0]!.resolve('yes');
  await settled();
  expect(result.told).toBe('yes');
});

it('does not take for silence that it is only connecting, even if what was asked fails meanwhile', async () => {
  const { ledger, open, question, pass } = setUp();
  ledger.isOpening = true;
  const result = question();
  open[0]!.reject(new Error('not open'));
  await pass(4900);
  expect(result.told).toBe('waits');
  ledger.isOpening = false;
  await pass(450);
  open.at(-1)!.resolve('yes');
  await settled();
  expect(result.told).toBe('yes');
});

it('gives up a ledger that takes for ever to connect, and from then on does not wait longer than for another', async () => {
  const { ledger, question, pass } = setUp();
  ledger.isOpening = true;
  const first = question();
  await pass(5450);
  expect(first.told).toBe('waits');
  await pass(50);
  expect(first.told).toBe('no answer within 500 ms');
  const second = question();
  await pass(500);
  expect(second.told).toBe('no answer within 500 ms');
});

it('asks one question at a time while the ledger is away, until it is back', async () => {
  const { open, question, pass } = setUp();
  question();
  await pass(500);
  const probe = question();
  const [second, third] = [question(), question()];
  await settled();
  const away = 'no answer within 500 ms';
  expect([open.length, second.told, third.told]).toEqual([2, away, away]);
  await pass(500);
  expect(probe.told).toBe(away);
  const back = question();
  open.at(-1)!.resolve('yes');
  await settled();
  expect(back.told).toBe('yes');
  const all = [question(), question()];
  expect(open).toHaveLength(5);
  for (const reply of open) reply.resolve('yes');
  await settled();
  expect(all.map(({ told }) => told)).toEqual(['yes', 'yes']);
});

it('asks again what fails, and passes on the error when nobody is answered', async () => {
  const { clock, open, question, pass } = setUp();
  const [first, second] = [question(), question()];
  open[0]!.reject(new Error('refused'));
  open[1]!.reject(new Error('refused'));
  await settled();
  await pass(200);
  expect([open.length, first.told]).toEqual([4, 'waits']);
  open[2]!.resolve('yes');
  await settled();
  expect(first.told).toBe('yes');
  open[3]!.reject(new Error('refused again'));
  await pass(500);
  expect(second.told).toBe('refused again');
  await pass(500);
  expect(clock.timers()).toBe(0);
});
