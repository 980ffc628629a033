import assert from 'node:assert/strict';
import type { CacheStore } from '../stores/cache-store.ts';
import { bytes, LONG_MS, text } from './sample-entries.ts';
import { fresh } from './fresh-names.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { StoreTests } from './store-suite.ts';

const ROUNDS = 60;

export const concurrencyTests: StoreTests = {
  async 'two writers, one who invalidates, and readers, all at the same time'({ store, second, seed }) {
    await withRandom(seed, async (random) => {
      const history = newHistory();
      const actors = [writer, writer, invalidator, reader, reader].map((act, index) =>
        act((index % 2 ? second : store).cache, history, random.fork()),
      );
      await Promise.all(actors);
      const faults = history.reads.filter((read) => isOutdated(read, history));
      assert.ok(
        history.reads.some(({ value }) => value !== undefined),
        'no reader was ever given anything',
      );
      assert.equal(
        faults.length,
        0,
        `${faults.length} of ${history.reads.length} reads were given what was invalid`,
      );
    });
  },
};

/** Something that was done, by the count of the test: it took place somewhere between the two. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface History {
  /** Runs something and tells when. */
  during<T>(what: () => Promise<T>): Promise<{ readonly span: Span; readonly result: T }>;
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  /** What was written, by its value, and when its stamp was taken. */
  readonly writes: Map<string, { readonly tags: readonly string[]; readonly stamped: Span }>;
  readonly invalidations: Array<{ readonly tags: readonly string[]; readonly span: Span }>;
  readonly reads: Array<{
    readonly value: string | undefined;
    readonly tags: readonly string[];
    readonly span: Span;
  }>;
}

function newHistory(): History {
  let moment = 0;
  return {
    async during(what) {
      const start = ++moment;
      const result = await what();
      return { result, span: { start, end: ++moment } };
    },
    keys: [fresh('key'), fresh('key')],
    tags: [fresh('tag'), fresh('tag'), fresh('tag')],
    writes: new Map(),
    invalidations: [],
    reads: [],
  };
}

/** The stamp was taken before an invalidation began that was over before the read began. */
function isOutdated(read: History['reads'][number], { writes, invalidations }: History): boolean {
  if (read.value === undefined) return false;
  const write = writes.get(read.value);
  assert.ok(write, `nobody wrote ${read.value}`);
  const named = [...write.tags, ...read.tags];
  return invalidations.some(
    ({ tags, span }) =>
      tags.some((tag) => named.includes(tag)) && write.stamped.end < span.start && span.end < read.span.start,
  );
}

async function writer(
  cache: CacheStore,
  { during, writes, keys, tags }: History,
  random: Random,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { result: stamp, span } = await during(async () => cache.stamp());
    await pause(random);
    const [value, own] = [fresh('value'), random.some(tags, 0, 2)];
    writes.set(value, { tags: own, stamped: span });
    await cache.setMany([{ key: random.pick(keys), value: bytes(value), tags: own, stamp, ttlMs: LONG_MS }]);
  }
}

async function invalidator(cache: CacheStore, history: History, random: Random): Promise<void> {
  for (let round = 0; round < ROUNDS / 2; round++) {
    await pause(random);
    const tags = random.some(history.tags, 1, 2);
    const { span } = await history.during(async () => cache.invalidateTags(tags));
    history.invalidations.push({ tags, span });
  }
}

async function reader(cache: CacheStore, history: History, random: Random): Promise<void> {
  for (let round = 0; round < ROUNDS * 2; round++) {
    const [key, tags] = [random.pick(history.keys), random.some(history.tags, 0, 1)];
    const { result, span } = await history.during(async () => cache.getMany([{ key, tags }]));
    history.reads.push({ value: text(result[0]?.value), tags, span });
    await pause(random);
  }
}

/** Lets the others go on: for a while, for as long as there is something ready, or not at all. */
async function pause(random: Random): Promise<void> {
  const turns = random.below(4);
  if (turns === 3) await new Promise((resolve) => setImmediate(resolve));
  else for (let turn = 0; turn < turns; turn++) await undefined;
}
