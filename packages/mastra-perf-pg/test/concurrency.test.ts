import { service, startPostgres } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

const KEYS = ['k1', 'k2', 'k3', 'k4'];
const TAGS = ['t1', 't2', 't3'];

/** What one actor does, one after another; the actors do it at the same time, each over connections of its own. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      keys: fc.shuffledSubarray(KEYS, { minLength: 1 }),
      tags: fc.subarray(TAGS),
      wait: fc.nat(3),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      keys: fc.shuffledSubarray(KEYS, { minLength: 1 }),
      tags: fc.subarray(TAGS, { maxLength: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('invalidate' as const),
      tags: fc.shuffledSubarray(TAGS, { minLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      keys: fc.shuffledSubarray(KEYS, { minLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** By the count of the test. */
interface Span {
  readonly start: number;
  readonly end: number;
}
interface History {
  moment: number;
  readonly writes: Map<string, { readonly tags: readonly string[]; readonly begun: Span }>;
  readonly invalidations: Array<{ readonly tags: readonly string[] | 'all'; readonly span: Span }>;
  readonly reads: Array<{
    readonly value: string;
    readonly key: string;
    readonly tags: readonly string[];
    readonly span: Span;
  }>;
}

async function act(
  store: PostgresStore,
  steps: readonly Step[],
  history: History,
  name: string,
): Promise<void> {
  const { cache } = store;
  const during = async <T>(work: () => Promise<T>): Promise<{ result: T; span: Span }> => {
    const start = ++history.moment;
    const result = await work();
    return { result, span: { start, end: ++history.moment } };
  };
  for (const [index, one] of steps.entries()) {
    switch (one.do) {
      case 'write': {
        const { result: stamp, span } = await during(() => cache.stamp());
        for (let turn = 0; turn < one.wait; turn++) await new Promise((resolve) => setImmediate(resolve));
        const value = `${name}.${index}`;
        history.writes.set(value, { tags: one.tags, begun: span });
        await cache.setMany(
          one.keys.map((key) => ({ key, value: Buffer.from(value), tags: one.tags, stamp, ttlMs: 60_000 })),
        );
        break;
      }
      case 'read': {
        const { result, span } = await during(() =>
          cache.getMany(one.keys.map((key) => ({ key, tags: one.tags }))),
        );
        for (const [place, entry] of result.entries())
          if (entry)
            history.reads.push({
              value: Buffer.from(entry.value).toString(),
              key: one.keys[place]!,
              tags: one.tags,
              span,
            });
        break;
      }
      case 'invalidate': {
        const { span } = await during(() => cache.invalidateTags(one.tags));
        history.invalidations.push({ tags: one.tags, span });
        break;
      }
      case 'delete':
        await cache.delete(one.keys);
        break;
      case 'clear': {
        const { span } = await during(() => cache.clear());
        history.invalidations.push({ tags: 'all', span });
        break;
      }
    }
  }
}

/** Begun before an invalidation was called that had resolved before the read began. */
function faultsOf({ reads, writes, invalidations }: History): unknown[] {
  return reads.filter(({ value, tags, span }) => {
    const write = writes.get(value)!;
    const named = [...tags, ...write.tags];
    return invalidations.some(
      (invalidation) =>
        (invalidation.tags === 'all' || invalidation.tags.some((tag) => named.includes(tag))) &&
        write.begun.end < invalidation.span.start &&
        invalidation.span.end < span.start,
    );
  });
}

describe.skipIf(postgres.skip)('many at the same time', () => {
  let stores: PostgresStore[];
  beforeAll(async () => {
    const { connectionString } = postgres.service;
    stores = Array.from({ length: 4 }, (_, index) =>
      postgresStore({ connectionString, prepare: index % 2 === 0, options: { max: 2 } }),
    );
    await Promise.all(stores.map((store) => store.connect()));
    return () => Promise.all(stores.map((store) => store.close()));
  });

  test('nothing that began before an invalidation is served after it, nobody deadlocks, nothing fails', async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 5, maxLength: 25 }), { minLength: 6, maxLength: 8 }),
        async (actors) => {
          await stores[0]!.cache.clear();
          const history: History = { moment: 0, writes: new Map(), invalidations: [], reads: [] };
          await Promise.all(
            actors.map((steps, index) => act(stores[index % 4]!, steps, history, String(index))),
          );
          served += history.reads.length;
          expect(faultsOf(history)).toEqual([]);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
    expect(served).toBeGreaterThan(500);
  });

  test('a lease has one holder at a time', async () => {
    let holders = 0;
    let grants = 0;
    const last = { token: 0 };
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { leases } = stores[index % 4]!;
        for (let round = 0; round < 20; round++) {
          const attempt = await leases.acquire('one', 60_000);
          if (!attempt.granted) continue;
          expect(++holders).toBe(1);
          grants++;
          expect(attempt.lease.token).toBeGreaterThan(last.token);
          last.token = attempt.lease.token;
          await new Promise((resolve) => setImmediate(resolve));
          holders--;
          expect(await leases.release(attempt.lease)).toBe(true);
        }
      }),
    );
    expect(grants).toBeGreaterThan(5);
  });
});
