import { gate } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { createExpiryQueue } from './expiry-queue.ts';
import { ResourceManager } from './resource-manager.ts';
import type { ResourceManagerOptions } from './resource-options.ts';

const MINUTE = 60_000;

function start(options: ResourceManagerOptions = {}) {
  const clock = testClock();
  const errors: string[] = [];
  const disposed: string[] = [];
  const manager = new ResourceManager(
    { ttl: MINUTE, onError: (error, id) => errors.push(`${id}: ${String(error)}`), ...options },
    clock,
  );
  const named = (name: string) => ({ name, close: () => void disposed.push(name) });
  return { manager, clock, errors, disposed, named };
}
const turns = async (count = 10): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await settled();
};

describe('a resource', () => {
  it('is there for its time, which starts anew whenever it is got', async () => {
    const { manager, clock, disposed, named } = start();
    const one = manager.register('a', named('a'));
    clock.advance(0.9 * MINUTE);
    expect(manager.get('a')).toBe(one);
    clock.advance(0.9 * MINUTE);
    expect(manager.get('a', { touch: false })).toBe(one);
    clock.advance(0.2 * MINUTE);
    expect(manager.get('a')).toBeUndefined();
    await turns();
    expect(disposed).toEqual(['a']);
    expect(clock.timers()).toBe(0);
  });

  it('without a time stays until it is cleaned up', async () => {
    const clock = testClock();
    const manager = new ResourceManager({}, clock);
    manager.register('a', { n: 1 });
    clock.advance(1000 * MINUTE);
    expect(manager.get('a')).toEqual({ n: 1 });
    expect(clock.timers()).toBe(0);
    expect(await manager.cleanup('a')).toBe(true);
    expect(await manager.cleanup('a')).toBe(false);
  });

  it('is disposed of by the first way that it has', async () => {
    const { manager } = start();
    const ways: string[] = [];
    const way = (name: string) => () => void ways.push(name);
    manager.register('1', {
      [Symbol.asyncDispose]: way('asyncDispose'),
      [Symbol.dispose]: way('dispose'),
      cleanup: way('cleanup'),
      close: way('close'),
    });
    manager.register('2', { [Symbol.dispose]: way('dispose'), cleanup: way('cleanup') });
    manager.register('3', { cleanup: way('cleanup'), close: way('close') });
    manager.register('4', { close: way('close') });
    manager.register('5', { close: way('close') }, { dispose: way('own') });
    manager.register('6', 'nothing to do');
    for (const id of ['1', '2', '3', '4', '5', '6']) await manager.cleanup(id);
    expect(ways).toEqual(['asyncDispose', 'dispose', 'cleanup', 'close', 'own']);
  });

  it('that is replaced is disposed of when it is not used any more', async () => {
    const { manager, disposed, named } = start();
    manager.register('a', named('old'));
    const lease = manager.use('a')!;
    const next = manager.register('a', named('new'));
    await turns();
    expect(disposed).toEqual([]);
    expect(manager.get('a')).toBe(next);
    lease.release();
    lease.release();
    await turns();
    expect(disposed).toEqual(['old']);
  });

  it('that is registered again is not disposed of', async () => {
    const { manager, disposed, named } = start();
    const one = manager.register('a', named('a'));
    manager.register('a', one);
    await turns();
    expect(disposed).toEqual([]);
    await manager.cleanupAll();
    expect(disposed).toEqual(['a']);
  });

  it('does not expire while it is used, and has its time again when it is released', async () => {
    const { manager, clock, disposed, named } = start();
    manager.register('a', named('a'));
    {
      using lease = manager.use<{ name: string }>('a')!;
      clock.advance(10 * MINUTE);
      await turns();
      expect(lease.resource.name).toBe('a');
      expect(disposed).toEqual([]);
    }
    clock.advance(0.9 * MINUTE);
    expect(manager.get('a', { touch: false })).toBeDefined();
    clock.advance(2 * MINUTE);
    await turns();
    expect(disposed).toEqual(['a']);
  });

  it('that cannot be disposed of is told, and does not keep others', async () => {
    const { manager, errors, disposed, named } = start();
    manager.register('bad', { close: () => Promise.reject(new Error('stuck')) });
    manager.register('good', named('good'));
    await manager.cleanupAll();
    expect(errors).toEqual(['bad: Error: stuck']);
    expect(disposed).toEqual(['good']);
  });
});

describe('the end', () => {
  it('comes to all, the newest first, one after the other, once', async () => {
    const { manager, disposed } = start();
    const slow = (name: string) => ({
      async close() {
        disposed.push(`${name} begins`);
        await turns(3);
        disposed.push(`${name} ends`);
      },
    });
    for (const name of ['a', 'b', 'c']) manager.register(name, slow(name));
    await Promise.all([manager.cleanupAll(), manager[Symbol.asyncDispose]()]);
    expect(disposed).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends']);
    expect(() => manager.register('d', {})).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_CLOSED' }));
  });

  it('waits for what is used until its deadline', async () => {
    const { manager, clock, disposed, named } = start({ deadline: 1000 });
    manager.register('a', named('a'));
    manager.register('b', named('b'));
    const lease = manager.use('b')!;
    let isOver = false;
    const over = manager.cleanupAll().then(() => (isOver = true));
    await turns();
    expect(disposed).toEqual([]);
    clock.advance(1000);
    await over;
    expect(isOver).toBe(true);
    expect(disposed.toSorted()).toEqual(['a', 'b']);
    lease.release();
    await turns();
    expect(disposed).toHaveLength(2);
  });

  it('comes by its deadline when a disposal hangs', async () => {
    const { manager, clock, errors, disposed, named } = start({ deadline: 1000 });
    manager.register('a', named('a'));
    manager.register('hangs', { close: () => gate().wait() });
    const over = manager.cleanupAll();
    await turns();
    clock.advance(1000);
    await over;
    expect(errors[0]).toContain('hangs: ');
    expect(disposed).toEqual(['a']);
  });
});

describe('any number of resources', () => {
  it('is disposed of exactly once each, whatever is done in whatever order', async () => {
    const step = fc.record({
      what: fc.constantFrom('register', 'get', 'use', 'release', 'cleanup', 'wait'),
      id: fc.constantFrom('a', 'b', 'c'),
      ms: fc.integer({ min: 1, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { manager, clock } = start();
        const counts: number[] = [];
        const used: { readonly lease: Disposable; readonly at: number }[] = [];
        const early: number[] = [];
        for (const { what, id, ms } of steps) {
          if (what === 'register') {
            const at = counts.push(0) - 1;
            const close = (): void => {
              counts[at]!++;
              if (used.some((one) => one.at === at)) early.push(at);
            };
            manager.register(id, { at, close });
          } else if (what === 'get') manager.get(id);
          else if (what === 'use') {
            const lease = manager.use<{ at: number }>(id);
            if (lease) used.push({ lease, at: lease.resource.at });
          } else if (what === 'release') used.shift()?.lease[Symbol.dispose]();
          else if (what === 'cleanup') void manager.cleanup(id);
          else clock.advance(ms);
          await settled();
        }
        expect(early).toEqual([]);
        for (const { lease } of used.splice(0)) lease[Symbol.dispose]();
        await manager.cleanupAll();
        expect(counts.every((count) => count === 1)).toBe(true);
        expect(clock.timers()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('takes flat memory over a million registrations', () => {
    const { manager, clock } = start();
    for (let cycle = 0; cycle < 1_000_000; cycle++) {
      manager.register(`r${cycle % 100}`, cycle);
      if (cycle % 1000 === 0) clock.advance(MINUTE / 10);
    }
    expect(manager.size).toBeLessThanOrEqual(100);
    expect(clock.timers()).toBeLessThanOrEqual(1);
  });
});

describe('the queue of what expires', () => {
  it('gives what is due in order, and puts off what was touched', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat(30)), { maxLength: 60 }), (given) => {
        const queue = createExpiryQueue<{ expiresAt: number; real: number }>();
        for (const [expiresAt, more] of given) {
          const entry = { expiresAt, real: expiresAt + more };
          queue.add(entry);
          entry.expiresAt = entry.real;
        }
        const all: number[] = [];
        for (let now = 0; now <= 140; now += 7) {
          const due = queue.due(now).map(({ real }) => real);
          expect(due.every((real) => real <= now && real > now - 7 - 30)).toBe(true);
          all.push(...due);
        }
        expect(all.toSorted((a, b) => a - b)).toEqual(
          given.map(([at, more]) => at + more).toSorted((a, b) => a - b),
        );
        expect(queue.size).toBe(0);
      }),
    );
  });
});

describe('bad input', () => {
  it.each([
    [() => new ResourceManager({ ttl: -1 as never }), 'ResourceManager.ttl'],
    [() => new ResourceManager({ deadline: 'soon' as never }), 'ResourceManager.deadline'],
    [() => start().manager.register('', {}), 'register: id'],
    [() => start().manager.register('a', {}, { ttl: 0 as never }), 'ttl'],
    [() => start().manager.register('a', {}, { dispose: 7 as never }), 'dispose'],
    [() => start().manager.get('a', { touch: 'yes' as never }), 'touch'],
  ])('is refused by name, %#', (act, path) => {
    expect(act).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_CONFIG' }));
    expect(act).toThrow(path);
  });
});
