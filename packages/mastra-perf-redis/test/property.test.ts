import { randomUUID } from 'node:crypto';
import { service, startRedis } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { CacheWrite } from 'mastra-perf';
import { afterAll, expect, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const KEYS = ['k1', 'k2'];
const TAGS = ['t1', 't2', 't3'];
const key = fc.constantFrom(...KEYS);
const tags = fc.subarray(TAGS);
const slot = fc.nat(3);

/** One thing after another is done to a store and to a model of it, by one of two processes. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('begin' as const), slot }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), slot, key, tags }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), key, tags }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('invalidate' as const), tags }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), slot, tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose the marks' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose an entry' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose the scripts' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Begun {
  readonly stamp: number;
  readonly moment: number;
}
interface Model {
  moment: number;
  floor: number;
  readonly marks: Map<string, number>;
  readonly begun: Map<number, Begun>;
  readonly entries: Map<string, Begun & { readonly tags: readonly string[]; readonly value: number }>;
}

const isCurrent = ({ floor, marks }: Model, moment: number, names: readonly string[]): boolean =>
  moment > floor && names.every((tag) => moment > (marks.get(tag) ?? 0));

async function perform(
  one: Step,
  { cache }: RedisStore,
  model: Model,
  admin: Redis,
  prefix: string,
): Promise<void> {
  const now = ++model.moment;
  switch (one.do) {
    case 'begin': {
      model.begun.set(one.slot, { stamp: await cache.stamp(), moment: now });
      return;
    }
    case 'write': {
      const begun = model.begun.get(one.slot);
      if (!begun) return;
      const write: CacheWrite = {
        key: one.key,
        tags: one.tags,
        value: Buffer.from(String(now)),
        stamp: begun.stamp,
        ttlMs: 60_000,
      };
      const there = model.entries.get(one.key);
      const isLater = there && there.moment > begun.moment && isCurrent(model, there.moment, there.tags);
      const stands = isCurrent(model, begun.moment, one.tags) && !isLater;
      expect(await cache.setMany([write])).toEqual([stands]);
      if (stands) model.entries.set(one.key, { ...begun, tags: one.tags, value: now });
      return;
    }
    case 'read': {
      const there = model.entries.get(one.key);
      const served =
        there && isCurrent(model, there.moment, [...there.tags, ...one.tags]) ? there : undefined;
      const [entry] = await cache.getMany([{ key: one.key, tags: one.tags }]);
      expect(entry && [Number(Buffer.from(entry.value).toString()), entry.tags, entry.stamp]).toEqual(
        served && [served.value, served.tags, served.stamp],
      );
      return;
    }
    case 'invalidate': {
      await cache.invalidateTags(one.tags);
      for (const tag of one.tags) model.marks.set(tag, now);
      return;
    }
    case 'ask': {
      const begun = model.begun.get(one.slot);
      if (!begun) return;
      const claim = { tags: one.tags, stamp: begun.stamp };
      expect(await cache.areCurrent([claim])).toEqual([isCurrent(model, begun.moment, one.tags)]);
      return;
    }
    case 'delete': {
      await cache.delete([one.key]);
      model.entries.delete(one.key);
      return;
    }
    case 'clear': {
      await cache.clear();
      model.floor = now;
      return;
    }
    case 'lose the marks': {
      await admin.del(`${prefix}:{c}:marks`);
      model.floor = now;
      return;
    }
    case 'lose an entry': {
      await admin.del(`${prefix}:#e:${one.key}`);
      model.entries.delete(one.key);
      return;
    }
    case 'lose the scripts':
      await admin.script('FLUSH');
  }
}

test.skipIf(redis.skip)(
  'serves what is current and nothing else, whatever is done in whatever order',
  async () => {
    const admin = new Redis(redis.service.url);
    const place = { url: redis.service.url };
    const runs = fc.asyncProperty(
      fc.array(fc.record({ by: fc.nat(1), step }), { minLength: 5, maxLength: 60, size: 'max' }),
      async (steps) => {
        const prefix = `${redis.service.prefix}${randomUUID()}`;
        const stores = [redisStore({ ...place, prefix }), redisStore({ ...place, prefix })];
        const model: Model = { moment: 0, floor: 0, marks: new Map(), begun: new Map(), entries: new Map() };
        try {
          for (const { by, step: one } of steps) await perform(one, stores[by]!, model, admin, prefix);
        } finally {
          await Promise.all(stores.map((store) => store.close()));
        }
      },
    );
    try {
      await fc.assert(runs, { numRuns: 200, interruptAfterTimeLimit: 20_000 });
    } finally {
      admin.disconnect();
    }
  },
  60_000,
);
