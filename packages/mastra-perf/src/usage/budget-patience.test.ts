import { expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { patience } from './budget-patience.ts';

function setUp() {
  const clock = testClock();
  const ask = patience({ clock, random: () => 0, silenceMs: 500, maxMs: 5000 });
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
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, open, question, advance };
}

it('gives up a ledger that answers nobody', async () => {
  const { clock, question, advance } = setUp();
  const result = question();
  await advance(499);
  expect(result.told).toBe('waits');
  await advance(1);
  expect(result.told).toBe('no answer within 500 ms');
  expect(clock.timers()).toBe(0);
});

it('waits on for a ledger that answers others, but not for ever', async () => {
  const { clock, open, question, advance } = setUp();
  const patient = question();
  for (let turn = 0; turn < 9; turn++) {
    question();
    await advance(400);
    open.at(-1)!.resolve('yes');
    await settled();
    await advance(100);
    expect(patient.told).toBe('waits');
  }
  question();
  await advance(400);
  open.at(-1)!.resolve('yes');
  await settled();
  await advance(100);
  expect(patient.told).toBe('no answer within 5000 ms');
  expect(clock.timers()).toBe(0);
});

it('takes an answer that comes late as long as others come', async () => {
  const { open, question, advance } = setUp();
  const patient = question();
  question();
  await advance(400);
  open[1]!.resolve('yes');
  await settled();
  await advance(300);
  open[0]!.resolve('late');
  await settled();
  expect(patient.told).toBe('late');
});

it('asks one question at a time while the ledger is away, until it is back', async () => {
  const { open, question, advance } = setUp();
  question();
  await advance(500);
  const probe = question();
  const [second, third] = [question(), question()];
  await settled();
  expect([open.length, second.told, third.told]).toEqual([
    2,
    'no answer within 500 ms',
    'no answer within 500 ms',
  ]);
  await advance(500);
  expect(probe.told).toBe('no answer within 500 ms');
  const back = question();
  open.at(-1)!.resolve('yes');
  await settled();
  expect(back.told).toBe('yes');
  const all = [question(), question()];
  await settled();
  expect(open).toHaveLength(5);
  for (const reply of open) reply.resolve('yes');
  await settled();
  expect(all.map(({ told }) => told)).toEqual(['yes', 'yes']);
});

it('passes on at once what fails while nobody is answered, and does not take that for silence', async () => {
  const { open, question } = setUp();
  const [first, second] = [question(), question()];
  open[0]!.reject(new Error('refused'));
  await settled();
  expect([first.told, second.told]).toEqual(['refused', 'waits']);
  open[1]!.resolve('yes');
  const third = question();
  await settled();
  expect([second.told, third.told, open.length]).toEqual(['yes', 'waits', 3]);
});

it('asks again what fails while others are answered, but not for ever', async () => {
  const { clock, open, question, advance } = setUp();
  const result = question();
  for (let turn = 0; turn < 100 && result.told === 'waits'; turn++) {
    const failing = open.at(-1)!;
    question();
    open.at(-1)!.resolve('yes');
    await settled();
    failing.reject(new Error('full'));
    await settled();
    await advance(200);
  }
  expect(result.told).toBe('full');
  expect(clock.monotonic()).toBeGreaterThan(4000);
  expect(clock.monotonic()).toBeLessThan(6000);
  expect(clock.timers()).toBe(0);
});
