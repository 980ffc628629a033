import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gate, until } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { AgentPool, type AgentLease } from './agent-pool.ts';
import type { AgentPoolOptions, PoolLeak } from './pool-options.ts';

interface One {
  readonly n: number;
}

function start(options: Partial<AgentPoolOptions<One>> = {}) {
  const clock = testClock();
  const disposed: number[] = [];
  const errors: string[] = [];
  let made = 0;
  const pool = new AgentPool<One>(
    {
      create: () => ({ n: ++made }),
      max: 2,
      dispose: ({ n }) => void disposed.push(n),
      onError: (error) => errors.push(String(error)),
      ...options,
    },
    clock,
  );
  return { pool, clock, disposed, errors, made: () => made };
}
const turns = async (count = 10): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await settled();
};

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

/** Garbage is collected at will, and what is told of it comes in a turn of its own. */
function collector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return async () => {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  };
}

describe('a pool', () => {
  it('makes as many as are needed, and no more than it may', async () => {
    const { pool, made } = start();
    const first = await pool.acquire();
    first.release();
    const again = await pool.acquire();
    expect(again.agent).toBe(first.agent);
    const second = await pool.acquire();
    const third = pool.acquire();
    await turns();
    expect(made()).toBe(2);
    expect(pool.health()).toMatchObject({ size: 2, inUse: 2, waiting: 1, idle: 0 });
    second.release();
    expect((await third).agent).toBe(second.agent);
  });

  it('serves in the order in which callers came', async () => {
    const { pool } = start({ max: 1 });
    const held = await pool.acquire();
    const served: number[] = [];
    const callers = Array.from({ length: 20 }, async (_, n) => {
      using _lease = await pool.acquire();
      served.push(n);
    });
    await turns();
    held.release();
    await Promise.all(callers);
    expect(served).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('lets nobody wait longer than told, by time or by signal, and gives their turn to others', async () => {
    const { pool, clock } = start({ max: 1 });
    const held = await pool.acquire();
    const late = pool.acquire({ timeoutMs: 100 });
    const abort = new AbortController();
    const aborted = pool.acquire({ signal: abort.signal });
    const patient = pool.acquire();
    const [failed, gone] = [errorOf(late), errorOf(aborted)];
    clock.advance(100);
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ code: 'MASTRA_PERF_POOL' });
    expect(await gone).toMatchObject({ message: 'enough' });
    held.release();
    expect((await patient).agent).toBe(held.agent);
    expect(pool.health()).toMatchObject({ waiting: 0, inUse: 1 });
    await expect(pool.acquire({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('refuses callers when too many wait', async () => {
    const { pool } = start({ max: 1, maxQueue: 1 });
    await pool.acquire();
    void pool.acquire().catch(() => undefined);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'MASTRA_PERF_POOL' });
  });

  it('gives up agents after their uses, at their age, and when they are found bad', async () => {
    const { pool, clock, disposed } = start({
      max: 1,
      maxUses: 2,
      maxAge: 1000,
      validate: ({ n }) => n !== 2,
    });
    const use = async (): Promise<number> => pool.withAgent(({ n }) => n);
    expect([await use(), await use()]).toEqual([1, 1]);
    expect(await use()).toBe(2); // a new one is not asked
    expect(await use()).toBe(3); // the second was found bad
    clock.advance(1000);
    expect(await use()).toBe(4);
    await turns();
    expect(disposed).toEqual([1, 2, 3]);
    expect(pool.health().recycled).toBe(3);
  });

  it('tells only the caller whose turn it is that none could be made', async () => {
    let attempts = 0;
    const { pool, errors } = start({
      max: 1,
      create: () => (++attempts === 1 ? Promise.reject(new Error('no agents')) : { n: attempts }),
    });
    const [first, second] = [pool.acquire(), pool.acquire()];
    await expect(first).rejects.toThrow('no agents');
    expect((await second).agent.n).toBe(2);
    expect(errors).toEqual(['Error: no agents']);
    expect(pool.health().failed).toBe(1);
  });

  it('does not let a factory that hangs keep callers for longer than their time', async () => {
    const door = gate();
    const { pool, clock } = start({
      max: 1,
      async create() {
        await door.wait();
        return { n: 7 };
      },
    });
    const waiting = errorOf(pool.acquire({ timeoutMs: 50 }));
    await turns();
    clock.advance(50);
    expect(await waiting).toMatchObject({ code: 'MASTRA_PERF_POOL' });
    door.open();
    expect((await pool.acquire()).agent.n).toBe(7);
  });

  it('takes a factory or a check that hangs for one that fails, and goes on', async () => {
    const door = gate();
    let asked = 0;
    const { pool, clock, disposed, errors } = start({
      max: 1,
      timeout: 100,
      async create() {
        const n = ++asked;
        if (n === 1) await door.wait();
        return { n };
      },
      validate: async ({ n }) => {
        if (n === 2) await gate().wait();
        return true;
      },
    });
    const first = errorOf(pool.acquire({ timeoutMs: 1000 }));
    await turns();
    clock.advance(100);
    expect(await first).toMatchObject({ name: 'DeadlineExceeded' });
    (await pool.acquire()).release(); // the second
    const checked = pool.acquire({ timeoutMs: 1000 });
    await turns();
    clock.advance(100);
    expect((await checked).agent.n).toBe(3);
    door.open();
    await turns();
    expect(disposed).toEqual([2, 1]);
    expect(errors).toEqual(Array(2).fill('DeadlineExceeded: no answer within 100 ms'));
    expect(pool.health()).toMatchObject({ size: 1, failed: 1, recycled: 1 });
  });

  it('makes agents before they are needed', async () => {
    const { pool, made } = start({ min: 2 });
    await pool.warm();
    await pool.warm();
    expect(made()).toBe(2);
    expect(pool.health()).toMatchObject({ idle: 2, size: 2 });
  });

  it('gives an agent back whatever its user does', async () => {
    const { pool } = start({ max: 1 });
    await expect(pool.withAgent(() => Promise.reject(new Error('bad luck')))).rejects.toThrow('bad luck');
    expect(await pool.withAgent(({ n }) => n)).toBe(1);
  });

  it('drains: sends away who waits, and ends with the last user', async () => {
    const { pool, disposed } = start({ max: 2 });
    const [a, b] = [await pool.acquire(), await pool.acquire()];
    b.release();
    const busy = await pool.acquire();
    const waiting = errorOf(pool.acquire());
    let isOver = false;
    const over = pool.drain().then(() => (isOver = true));
    expect(await waiting).toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
    await turns();
    expect(isOver).toBe(false);
    a.release();
    busy.release();
    await over;
    expect(disposed.toSorted()).toEqual([1, 2]);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  });

  it('drains by its time although somebody keeps an agent', async () => {
    const { pool, clock } = start();
    await pool.acquire();
    const over = pool.drain(1000);
    await turns();
    clock.advance(1000);
    await over;
    expect(pool.health().inUse).toBe(1);
  });

  it('refuses to take an agent back twice', async () => {
    const { pool } = start();
    const lease = await pool.acquire();
    pool.release(lease);
    expect(() => pool.release(lease)).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_LEASE' }));
    expect(pool.health()).toMatchObject({ idle: 1, inUse: 0 });
  });

  it('refuses a lease of another pool, which stays taken', async () => {
    const [{ pool }, { pool: other }] = [start(), start()];
    const lease = await other.acquire();
    expect(() => pool.release(lease)).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_LEASE' }));
    expect(other.health().inUse).toBe(1);
  });

  it('makes nothing any more once it is drained', async () => {
    const door = gate();
    const { pool, disposed } = start({
      min: 1,
      async create() {
        await door.wait();
        return { n: 1 };
      },
    });
    const warming = pool.warm();
    const over = pool.drain();
    door.open();
    await Promise.all([warming, over]);
    expect(disposed).toEqual([1]);
    await expect(pool.warm()).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  });

  it('tells of a lease that nobody has any more, with where it was taken, and has its place again', async () => {
    const leaks: PoolLeak[] = [];
    const { pool } = start({ max: 1, onLeak: (leak) => leaks.push(leak) });
    await (async function forgetful() {
      await pool.acquire();
    })();
    const collect = collector();
    await until('the lease is collected', async () => {
      await collect();
      return leaks.length > 0;
    });
    expect(leaks[0]?.takenAt).toContain('agent-pool.test.ts');
    expect(pool.health()).toMatchObject({ leaked: 1, inUse: 0 });
    (await pool.acquire()).release();
  });

  it('never gives out more than it may, loses none and keeps nobody waiting for ever', async () => {
    const step = fc.record({
      what: fc.constantFrom('acquire', 'release', 'abort', 'time'),
      which: fc.nat(5),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, max) => {
          let failing = false;
          let made = 0;
          const { pool, clock } = start({
            max,
            maxUses: 3,
            timeout: 1000,
            create: async () => {
              await settled();
              if (failing) throw new Error('not now');
              return { n: ++made };
            },
          });
          const held: AgentLease<One>[] = [];
          const aborts: AbortController[] = [];
          const all: Promise<void>[] = [];
          let ends = 0;
          for (const { what, which, fails } of steps) {
            failing = fails;
            if (what === 'acquire') {
              const abort = new AbortController();
              aborts.push(abort);
              all.push(
                pool.acquire({ signal: abort.signal }).then(
                  (lease) => void (held.push(lease), ends++),
                  () => void ends++,
                ),
              );
            } else if (what === 'release') held.splice(which, 1)[0]?.release();
            else if (what === 'abort') aborts.splice(which, 1)[0]?.abort();
            else clock.advance(300);
            await turns(4);
            expect(held.length).toBeLessThanOrEqual(max);
            expect(new Set(held.map(({ agent }) => agent)).size).toBe(held.length);
          }
          failing = false;
          for (let round = 0; round < 40; round++) {
            for (const lease of held.splice(0)) lease.release();
            await turns(4);
            clock.advance(300);
          }
          await Promise.all(all);
          expect(ends).toBe(all.length);
          for (const lease of held.splice(0)) lease.release();
          expect(pool.health()).toMatchObject({ inUse: 0, waiting: 0, making: 0 });
          await pool.drain();
          expect(pool.health().size).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('handles ten thousand callers with failures, timeouts and aborts', async () => {
    let made = 0;
    const pool = new AgentPool<One>({
      create: () => ({ n: ++made }),
      max: 20,
      maxQueue: 20_000,
      maxUses: 50,
    });
    let [inUse, most, done] = [0, 0, 0];
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 10_000 }, async (_, n) => {
        const signal = n % 7 === 0 ? AbortSignal.timeout(n % 50) : undefined;
        try {
          await pool.withAgent(
            async () => {
              served.push(n);
              most = Math.max(most, ++inUse);
              await settled();
              inUse--;
              if (n % 11 === 0) throw new Error('failed');
              done++;
            },
            { ...(signal && { signal }), timeoutMs: n % 13 === 0 ? 5 : 60_000 },
          );
        } catch {
          // Some fail, come too late or are aborted.
        }
      }),
    );
    expect(most).toBeLessThanOrEqual(20);
    expect(done).toBeGreaterThan(5000);
    expect(served).toEqual(served.toSorted((a, b) => a - b));
    expect(pool.health()).toMatchObject({ inUse: 0, waiting: 0 });
  });

  it.each([
    [{ max: 0 }, 'AgentPool.max'],
    [{ max: -1 }, 'AgentPool.max'],
    [{ min: 5, max: 2 }, 'AgentPool.min'],
    [{ maxQueue: 1.5 }, 'AgentPool.maxQueue'],
    [{ create: 7 }, 'AgentPool.create'],
    [{ timeout: 0 }, 'AgentPool.timeout'],
    [{ maxUses: 0 }, 'AgentPool.maxUses'],
  ])('refuses %j by name', (wrong, path) => {
    expect(() => start(wrong as never)).toThrow(path);
  });
});
