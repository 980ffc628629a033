import assert from 'node:assert/strict';
import type { CacheStore } from '../stores/cache-store.ts';
import { cacheModel, type ModelEntry } from './cache-model.ts';
import { bytes, LONG_MS, text } from './sample-entries.ts';
import { fresh } from './fresh-names.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { OpenStore, StoreTests } from './store-suite.ts';

const ROUNDS = 8;
const STEPS = 60;
const WRITERS = 2;

export const interleavingTests: StoreTests = {
  async 'two writers, one who invalidates, and readers, one step at a time in any order'(bench) {
    await withRandom(bench.seed, async (random) => {
      for (let round = 0; round < ROUNDS; round++) {
        const steps = stepsOn(bench, random);
        for (let step = 0; step < STEPS; step++) await random.pick(steps)();
      }
    });
  },
};

/** What can happen next, the likelier the more often it is named. Each compares with the model what the store answers. */
function stepsOn({ store, second }: OpenStore, random: Random): Array<() => Promise<void>> {
  const model = cacheModel();
  const keys = ['k1', 'k2', 'k3'].map(fresh);
  const tags = ['t1', 't2', 't3'].map(fresh);
  const writers = Array.from({ length: WRITERS }, (_, index) => ({
    cache: (index % 2 ? second : store).cache,
    /** What it has begun and not yet written; it may write it in another order. */
    begun: [] as Array<Pick<ModelEntry, 'stamp' | 'begunAt'>>,
  }));
  const known: ModelEntry[] = [];
  const history: string[] = [];
  const anyView = (): CacheStore => random.pick([store, second]).cache;
  const told = (what: string): string => `${what}\nafter: ${history.join('; ')}`;
  const named = (names: readonly string[]): string =>
    names.map((name) => name.slice(0, 2)).join(', ') || 'nothing';

  const begin = async (): Promise<void> => {
    const { cache, begun } = random.pick(writers);
    history.push('begin');
    begun.push({ stamp: await cache.stamp(), begunAt: model.tick() });
  };
  const write = async (): Promise<void> => {
    const { cache, begun } = random.pick(writers);
    const [work] = begun.splice(random.below(begun.length), 1);
    if (!work) return;
    const entries = random.some(keys, 1, 2).map((key) => ({
      ...work,
      key,
      value: fresh('value'),
      tags: random.some(tags, 0, 2),
    }));
    history.push(
      ...entries.map((entry) => `write ${named([entry.key])} of ${work.begunAt} with ${named(entry.tags)}`),
    );
    const verdicts = entries.map(model.verdict);
    const results = await cache.setMany(
      entries.map(({ key, value, tags: own, stamp }) => ({
        key,
        value: bytes(value),
        tags: own,
        stamp,
        ttlMs: LONG_MS,
      })),
    );
    for (const [index, entry] of entries.entries()) {
      const result = results[index] ? 'stands' : 'refused';
      if (verdicts[index] !== 'either')
        assert.equal(result, verdicts[index], told('a write was told the wrong thing'));
      if (results[index]) model.keep(entry);
      known.push(entry);
    }
  };
  const read = async (): Promise<void> => {
    const reads = Array.from({ length: 1 + random.below(4) }, () => ({
      key: random.pick(keys),
      tags: random.some(tags, 0, 1),
    }));
    const found = await anyView().getMany(reads);
    for (const [index, { key, tags: own }] of reads.entries()) {
      const expected = model.served(key, own);
      const entry = found[index];
      assert.deepEqual(
        entry && { value: text(entry.value), tags: entry.tags, stamp: entry.stamp },
        expected && { value: expected.value, tags: expected.tags, stamp: expected.stamp },
        told(`the wrong entry of ${named([key])} was served for ${named(own)}`),
      );
    }
  };
  const ask = async (): Promise<void> => {
    const claims = random.some(known, 0, 5);
    const current = await anyView().areCurrent(claims.map(({ tags: own, stamp }) => ({ tags: own, stamp })));
    const expected = claims.map((claim) => model.isCurrent(claim.begunAt, claim.tags));
    assert.deepEqual(current, expected, told('what is current was told wrongly'));
  };
  const invalidate = async (): Promise<void> => {
    const some = random.some(tags, 1, 2);
    history.push(`invalidate ${named(some)}`);
    await anyView().invalidateTags(some);
    model.invalidate(some);
  };
  const remove = async (): Promise<void> => {
    const some = random.some(keys, 1, 2);
    history.push(`delete ${named(some)}`);
    await anyView().delete(some);
    model.delete(some);
  };
  const clear = async (): Promise<void> => {
    history.push('clear');
    await anyView().clear();
    model.clear();
  };
  const often = [begin, begin, begin, write, write, write, read, read, read, read];
  return [...often, ...often, invalidate, invalidate, invalidate, ask, ask, ask, remove, clear];
}
