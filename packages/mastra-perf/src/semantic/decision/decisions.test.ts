import { describe, expect, it } from 'vitest';
import { settled, testClock, type TestClock } from '../../base/test-clock.ts';
import { createDecisions, type LearnedStore } from './decisions.ts';

interface Shared extends LearnedStore {
  readonly texts: Map<string, string>;
  writes: number;
  isAway: boolean;
  /** Somebody else was faster. */
  refusals: number;
}

function sharedStore(): Shared {
  const texts = new Map<string, string>();
  return {
    texts,
    writes: 0,
    isAway: false,
    refusals: 0,
    async read(name) {
      if (this.isAway) throw new Error('away');
      return texts.get(name);
    },
    async write(name, text) {
      if (this.isAway) throw new Error('away');
      if (this.refusals-- > 0) return false;
      this.writes++;
      texts.set(name, text);
      return true;
    },
  };
}

function process(store: LearnedStore | undefined, clock: TestClock = testClock()) {
  const faults: unknown[] = [];
  const decisions = createDecisions({ clock, random: () => 1, store, fault: (error) => faults.push(error) });
  const learn = async (count: number, isRight = true): Promise<void> => {
    const decision = await decisions.of('group', 0.05);
    for (let at = 0; at < count; at++) decision.learn(0.95, isRight);
    decisions.learned();
  };
  const serves = async (): Promise<boolean> =>
    (await decisions.of('group', 0.05)).of(0.95, 'answer') === 'serve';
  return { decisions, clock, faults, learn, serves };
}
const passes = async (clock: TestClock): Promise<void> => {
  clock.advance(5000);
  await settled();
};

describe('what is learned', () => {
  it('is shared a while later, in one write however much it is', async () => {
    const store = sharedStore();
    const { learn, clock } = process(store);
    await learn(10);
    await learn(10);
    expect(store.writes).toBe(0);
    await passes(clock);
    expect(store.writes).toBe(1);
    await passes(clock);
    expect(store.writes).toBe(1);
    expect(clock.timers()).toBe(0);
  });

  it('by several processes adds up, and is there for the next one', async () => {
    const store = sharedStore();
    const [a, b] = [process(store), process(store)];
    await a.learn(40);
    await b.learn(40);
    expect(await b.serves()).toBe(false);
    await a.decisions.flush();
    await b.decisions.flush();
    expect(await b.serves()).toBe(true);
    const c = process(store);
    expect(await c.serves()).toBe(true);
    await c.learn(60, false);
    await c.decisions.flush();
    await a.learn(1);
    await a.decisions.flush();
    expect(await a.serves()).toBe(false);
  });

  it('is shared again when somebody else was faster, or the store was away', async () => {
    const store = sharedStore();
    const { learn, clock, faults } = process(store);
    await learn(10);
    store.refusals = 1;
    await passes(clock);
    store.isAway = true;
    await passes(clock);
    expect(store.writes).toBe(0);
    store.isAway = false;
    await passes(clock);
    expect(store.writes).toBe(1);
    expect(JSON.parse(store.texts.get('group')!)).toMatchObject({ right: expect.arrayContaining([10]) });
    expect(faults).toEqual([]);
  });

  it('before is not waited for longer than a second', async () => {
    const clock = testClock();
    const { serves, faults } = process({ ...sharedStore(), read: () => new Promise(() => undefined) }, clock);
    const answer = serves();
    clock.advance(1000);
    expect(await answer).toBe(false);
    expect(faults).toHaveLength(1);
  });

  it('before that nobody can read is none', async () => {
    const store = sharedStore();
    store.texts.set('group', '{"version":99}');
    expect(await process(store).serves()).toBe(false);
  });

  it('stays in this process without a store', async () => {
    const { learn, serves, clock, decisions } = process(undefined);
    await learn(100);
    expect(await serves()).toBe(true);
    expect(clock.timers()).toBe(0);
    await decisions.flush();
  });
});
