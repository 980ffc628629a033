import { describe, expect, it } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { answerOf } from '../pipeline/test-calls.ts';
import type { Leases } from '../stores/leases.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import {
  busWithGaps,
  clock,
  modelCalls,
  startProcess,
  type ProcessOptions,
  type Shelf,
} from './test-processes.ts';

const start = (count: number, options?: ProcessOptions) => {
  const store = memoryStoreOn(clock);
  const shelf: Shelf = new Map();
  return Promise.all(Array.from({ length: count }, () => startProcess(store, shelf, options)));
};

describe('equal calls in several processes', () => {
  it('are one model call: the others wait for the answer of the one that leads', async () => {
    const processes = await start(4);
    const calls = processes.map(({ ask }) => ask());
    await settled();
    expect(modelCalls(processes)).toEqual([1, 0, 0, 0]);
    processes[0]!.upstreams[0]!.finish(...answerOf('hello'));
    expect(await Promise.all(calls.map(({ text }) => text))).toEqual(Array(4).fill('hello'));
    expect(calls.map(({ call }) => call.facts.outcome.name)).toEqual(['miss', 'shared', 'shared', 'shared']);
    expect(modelCalls(processes)).toEqual([1, 0, 0, 0]);
    for (const { faults } of processes) expect(faults).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  it('that come when the answer is there already take it, and hold up nobody', async () => {
    const [one, two] = await start(2);
    one!.ask();
    await settled();
    one!.upstreams[0]!.finish(...answerOf('hello'));
    await settled();
    expect(await two!.ask().text).toBe('hello');
    await two!.background.idle();
    expect(modelCalls([one!, two!])).toEqual([1, 0]);
  });

  it('go on one after the other when their leaders fail, and each alone after the second', async () => {
    const processes = await start(4);
    const calls = processes.map(({ ask }) => ask());
    await settled();
    processes[0]!.upstreams[0]!.refuse(new Error('overloaded'));
    await expect(calls[0]!.text).rejects.toThrow('overloaded');
    await settled();
    expect(modelCalls(processes).slice(1).toSorted()).toEqual([0, 0, 1]);
    const second = processes.findIndex(({ asked }, index) => index > 0 && asked.length === 1);
    processes[second]!.upstreams[0]!.refuse(new Error('overloaded'));
    await settled();
    expect(modelCalls(processes)).toEqual([1, 1, 1, 1]);
  });

  it('go on alone at once when the answer may not be stored', async () => {
    const processes = await start(3, { storable: false });
    const calls = processes.map(({ ask }) => ask());
    await settled();
    processes[0]!.upstreams[0]!.finish(...answerOf('mine'));
    await settled();
    expect(modelCalls(processes)).toEqual([1, 1, 1]);
    for (const { upstreams } of processes.slice(1)) upstreams[0]!.finish(...answerOf('own'));
    expect(await Promise.all(calls.map(({ text }) => text))).toEqual(['mine', 'own', 'own']);
  });

  it('wait no longer than they are told to', async () => {
    const [one, two] = await start(2, { settings: { wait: 3000 } });
    one!.ask();
    await settled();
    const late = two!.ask();
    for (let waited = 0; waited < 3000; waited += 500) {
      await settled();
      expect(two!.asked).toHaveLength(0);
      clock.advance(500);
    }
    await settled();
    expect(two!.asked).toHaveLength(1);
    two!.upstreams[0]!.finish(...answerOf('own'));
    expect(await late.text).toBe('own');
    expect(late.call.facts.outcome.name).toBe('miss');
  });

  it('are not held up by a leader that died for longer than its lease', async () => {
    const store = memoryStoreOn(clock);
    const shelf: Shelf = new Map();
    const dead: Leases = { ...store.leases!, renew: () => new Promise(() => undefined) };
    const leader = await startProcess(store, shelf, { leases: dead });
    const followers = await Promise.all([startProcess(store, shelf), startProcess(store, shelf)]);
    leader.ask();
    await settled();
    const calls = followers.map(({ ask }) => ask());
    for (let waited = 0; waited < 5000; waited += 250) {
      await settled();
      expect(modelCalls(followers)).toEqual([0, 0]);
      clock.advance(250);
    }
    for (let index = 0; index < 5; index++) {
      clock.advance(1000);
      await settled();
    }
    expect(modelCalls(followers).toSorted()).toEqual([0, 1]);
    followers.find(({ asked }) => asked.length === 1)!.upstreams[0]!.finish(...answerOf('hello'));
    expect(await Promise.all(calls.map(({ text }) => text))).toEqual(['hello', 'hello']);
  });

  it('wait for a leader as long as it lives', async () => {
    const [one, two] = await start(2);
    const leading = one!.ask();
    await settled();
    const waiting = two!.ask();
    for (let waited = 0; waited < 20_000; waited += 500) {
      await settled();
      clock.advance(500);
    }
    expect(modelCalls([one!, two!])).toEqual([1, 0]);
    one!.upstreams[0]!.finish(...answerOf('hello'));
    expect([await leading.text, await waiting.text]).toEqual(['hello', 'hello']);
  });
});

describe('a call that waits for another process', () => {
  it('is given up alone', async () => {
    const [one, two] = await start(2);
    const leading = one!.ask();
    await settled();
    const controller = new AbortController();
    const waiting = two!.ask({ request: { abortSignal: controller.signal } });
    await settled();
    controller.abort(new Error('enough'));
    await expect(waiting.text).rejects.toThrow('enough');
    one!.upstreams[0]!.finish(...answerOf('hello'));
    expect(await leading.text).toBe('hello');
    expect(modelCalls([one!, two!])).toEqual([1, 0]);
  });

  it('takes over when the one that leads is given up', async () => {
    const [one, two] = await start(2);
    const controller = new AbortController();
    const leading = one!.ask({ request: { abortSignal: controller.signal } });
    await settled();
    const waiting = two!.ask();
    await settled();
    controller.abort(new Error('enough'));
    await expect(leading.text).rejects.toThrow('enough');
    await settled();
    two!.upstreams[0]!.finish(...answerOf('hello'));
    expect(await waiting.text).toBe('hello');
  });

  it('looks at once when messages may have been missed', async () => {
    const { bus, gap } = busWithGaps();
    const store = { ...memoryStoreOn(clock), bus };
    const shelf: Shelf = new Map();
    const one = await startProcess(store, shelf);
    const two = await startProcess(store, shelf);
    one.ask();
    await settled();
    const heard: string[] = [];
    void two.ask().text.then((text) => heard.push(text));
    await settled();
    one.upstreams[0]!.finish(...answerOf('hello'));
    await settled();
    expect(heard).toEqual([]);
    gap();
    await settled();
    expect(heard).toEqual(['hello']);
    expect(modelCalls([one, two])).toEqual([1, 0]);
  });

  it('waits on when it has looked and there is nothing yet', async () => {
    const memory = memoryStoreOn(clock);
    const { bus, gap } = busWithGaps(memory.bus);
    const store = { ...memory, bus };
    const shelf: Shelf = new Map();
    const one = await startProcess(store, shelf);
    const two = await startProcess(store, shelf);
    one.ask();
    await settled();
    const waiting = two.ask();
    await settled();
    for (let n = 0; n < 3; n++) {
      gap();
      await settled();
    }
    expect(modelCalls([one, two])).toEqual([1, 0]);
    one.upstreams[0]!.finish(...answerOf('hello'));
    expect(await waiting.text).toBe('hello');
  });
});

describe('a call goes to the model without looking', () => {
  it.each<[string, ProcessOptions]>([
    ['when it is told not to wait', { settings: { wait: false } }],
    ['when calls are not shared', { settings: false }],
    ['when its answer is not stored', { isShared: false }],
    [
      'when the store is away',
      {
        leases: {
          acquire: () => Promise.reject(new Error('away')),
          renew: () => Promise.reject(new Error('away')),
          release: () => Promise.reject(new Error('away')),
        },
      },
    ],
  ])('%s', async (_when, options) => {
    const processes = await start(2, options);
    const calls = processes.map(({ ask }) => ask());
    await settled();
    expect(modelCalls(processes)).toEqual([1, 1]);
    for (const { upstreams } of processes) upstreams[0]!.finish(...answerOf('own'));
    expect(await Promise.all(calls.map(({ text }) => text))).toEqual(['own', 'own']);
    for (const { faults } of processes) expect(faults).toEqual([]);
  });
});
