import { describe, expect, it, vi } from 'vitest';
import { describeBus } from './describe-bus.ts';
import { describeCacheStore } from './describe-cache-store.ts';
import { describeLeases } from './describe-leases.ts';
import { describeLedger } from './describe-ledger.ts';
import { describeRates } from './describe-rates.ts';
import { describePerfStore } from './describe-perf-store.ts';
import type { OpenStore, StoreSuite } from './store-suite.ts';
import { BUS_FLAWS } from './test-flawed-bus.ts';
import { CACHE_FLAWS } from './test-flawed-cache.ts';
import { LEASE_FLAWS } from './test-flawed-leases.ts';
import { LEDGER_FLAWS } from './test-flawed-ledger.ts';
import { RATE_FLAWS } from './test-flawed-rates.ts';
import { LIFE_FLAWS, openFlawed, type Flaw } from './test-flawed-store.ts';
import { testRecorder, type TestRecord } from './test-recorder.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Runs suites on a store, by default all of them. */
async function recorded(
  open: () => OpenStore,
  options?: Pick<StoreSuite, 'capabilities' | 'seed'>,
  describeStore = describePerfStore,
): Promise<TestRecord[]> {
  const recorder = testRecorder();
  describeStore({
    runner: recorder.runner,
    name: 'store',
    open: async () => open(),
    seed: 7,
    patienceMs: 50,
    ...options,
  });
  return recorder.run();
}

const failures = (records: readonly TestRecord[]) => records.filter(({ error }) => error !== undefined);
const titles = (records: readonly TestRecord[]) => records.map(({ name }) => name.replace(/^.* > /, ''));

/** Found by others as well, but this test is there for it. */
const FOUND_BY: Partial<Record<Flaw, RegExp>> = {
  'reads do not look at invalidations': /takes away the entries with the tag/,
  'reads look at the tags of the entry only': /a reader who names the tag/,
  'reads of one request share their tags': /each read of one request/,
  'writes do not look at invalidations, and reads neither when an entry was written after one':
    /written afterwards but was begun before/,
  'an invalidation deletes what stands there, and that is all': /written afterwards but was begun before/,
  'an invalidation is seen by one process only': /takes away the entries with the tag/,
  'an entry keeps the tags that it replaced': /not for those that it replaced/,
  'an earlier entry replaces a later one': /an earlier entry never replaces/,
  'every write is told that it stands': /tells of each entry, in order/,
  'writes are told the wrong way round': /tells of each entry, in order/,
  'a write that is refused deletes what stands there': /leaves alone what stands there/,
  'clear leaves what has no tags': /clear takes everything away/,
  'clear deletes what stands there, and that is all': /clear takes everything away/,
  'stamps are those of each process': /stamps grow/,
  'what is current is told without looking': /tells what would be served/,
  'nothing expires': /forgets an entry/,
  'keys are trimmed': /tells keys apart/,
  'tags are normalized': /tells tags apart/,
  'bytes are read as text': /keeps every byte/,
  'bytes are not copied': /what a caller does to the bytes/,
  'a lease is granted without looking once more': /exactly one of twenty/,
  'tokens are all the same': /tokens that grow/,
  'tokens begin anew with each holder': /tokens that grow/,
  'release does not look at the token': /safe from a former holder/,
  'renew does not look at the token': /safe from a former holder/,
  'leases do not expire': /expires by itself/,
  'messages are delivered within publish': /before publish has returned/,
  'messages arrive in another order': /the order of a publisher/,
  'the end of a subscription is ignored': /after the end of a subscription/,
  'a lost connection is not told': /tells of the gap/,
  'an entry counts each time it is sent': /that is sent again/,
  'an entry counts twice that stands in a list twice': /stands in a list twice/,
  'ids are looked at before others have written': /many times at once/,
  'half of a list is recorded when the rest is refused': /all of a list or nothing/,
  'only a hundred entries of a list are recorded': /500 entries/,
  'sums have the precision of a float': /2\^53 - 1/,
  'entries are not copied': /its caller may change/,
  'names of a group are joined': /tells ids and groups apart/,
  'names are those of objects': /tells ids and groups apart/,
  'months have 30 days': /each minute, hour, day and month/,
  'each year has 365 days': /29th of February/,
  'only the last year is counted': /however long ago/,
  'conditions are ignored': /has all values that are asked for/,
  'only the first condition counts': /has all values that are asked for/,
  'a condition counts only where it makes rows': /whether or not they make rows/,
  'conditions are looked for in the text of a group': /from what looks like it/,
  'a report shows what a list has recorded so far, and loses it when others write': /reports while others/,
  'a reservation looks and holds in two steps': /as many as fit of forty/,
  'a reservation holds the claims that fit': /all claims ask for, or nothing/,
  'a reservation holds as much as is left': /and not more/,
  'a retry holds again': /asked for again with the same id/,
  'a late reservation holds what is settled': /whatever order what is sent twice/,
  'a late reservation holds what was given up': /released before it arrived/,
  'other counters do not count': /other counters towards the limit/,
  'holds do not expire': /by itself what nobody settled/,
  'holds are given back when somebody looks at them': /whether or not somebody looked/,
  'extending does nothing': /goes on holding/,
  'extending goes on with the first of a list': /all of a long list/,
  'extending goes on with the first claim': /on all counters of a call/,
  'extending is for ever': /when that time is over/,
  'extending can shorten': /for a shorter time/,
  'extending brings back what has expired': /brings nothing back/,
  'extending forgets what is over': /brings nothing back/,
  'extending takes whom it does not know for over': /brings nothing back/,
  'extending takes any time': /no time that is none/,
  'settling counts each time': /first settlement of an id/,
  'settling needs a hold': /nothing was ever held/,
  'settling needs a known id': /after its time to hold/,
  'settling does nothing after a release': /after it was released/,
  'releasing gives back what has expired': /has expired and is released later/,
  'counters never expire': /forgets a counter/,
  'rates are those of each process': /to all processes together/,
  'rates are looked at and taken in two steps': /exact for forty/,
  'a refusal takes': /takes nothing when it refuses/,
  'a refusal takes of the claims that fit': /of all claims or of none/,
  'nobody is granted a later time': /a later time to each/,
  'all who wait are granted the same time': /a later time to each/,
  'other claims are taken from now on, not from when the call begins': /of all claims or of none/,
  'costs are whole seconds': /counts in any unit/,
  'more than the burst is never granted': /more than the burst when nothing is owed/,
  'what was not taken is saved up': /no more than it had/,
  'corrections lose the others': /loses nothing/,
  'what is given back is saved up': /not what is taken after it/,
  'pauses do not hold up what costs nothing': /while it is paused/,
  'pauses are for ever': /until that is over/,
  'any amount is held': /takes no number that is none, and does nothing/,
};

/** Safety above all: the random suites find these without being told what to look for. */
const FOUND_AT_RANDOM: ReadonlySet<Flaw> = new Set([
  'reads do not look at invalidations',
  'reads look at the tags of the entry only',
  'reads look at the tags of the reader only',
  'writes do not look at invalidations, and reads neither when an entry was written after one',
  'an invalidation deletes what stands there, and that is all',
  'an invalidation remembers only its first tag',
  'an invalidation holds once',
  'an invalidation is seen by one process only',
  'an earlier entry replaces a later one',
  'a reservation looks and holds in two steps',
  'a reservation does not look at what is held',
  'a reservation holds as much as is left',
  'a reservation holds the claims that fit',
  'a reservation looks at its first claim only',
  'a retry holds again',
  'a late reservation holds what is settled',
  'a late reservation holds what was given up',
  'an expired reservation is granted again without looking',
  'other counters do not count',
  'held amounts of other counters do not count',
  'holds do not expire',
  'holds are given back when somebody looks at them',
  'extending does nothing',
  'extending goes on with the first of a list',
  'extending goes on with the first claim',
  'extending is for ever',
  'extending can shorten',
  'extending holds once more',
  'extending brings back what has expired',
  'extending forgets what is over',
  'extending takes whom it does not know for over',
  'settling leaves what is held',
  'settling counts each time',
  'settling needs a hold',
  'settling does nothing after a release',
  'releasing does nothing',
  'releasing gives back what is settled',
  'releasing gives back what has expired',
  'counters of each process are its own',
]);

const RANDOM_TEST = /^(two writers|eight workers|reservations, extensions, settlements)/;

describe('the suites', () => {
  const everFailed = new Set<string>();

  it('pass with a store without a mistake, and skip what it cannot be tested for', async () => {
    for (const seed of [1, 2, 3]) {
      const records = await recorded(openFlawed, { seed });
      expect(failures(records)).toEqual([]);
      expect(records.flatMap(({ skipped }) => skipped ?? [])).toEqual(['this store has no roundTrips()']);
    }
  });

  const parts = [
    { flaws: LIFE_FLAWS, describeStore: describePerfStore },
    { flaws: CACHE_FLAWS, describeStore: describeCacheStore },
    { flaws: LEASE_FLAWS, describeStore: describeLeases },
    { flaws: BUS_FLAWS, describeStore: describeBus },
    { flaws: LEDGER_FLAWS, describeStore: describeLedger },
    { flaws: RATE_FLAWS, describeStore: describeRates },
  ].flatMap(({ flaws, describeStore }) => flaws.map((flaw) => ({ flaw, describeStore })));

  it.each(parts)('find it: $flaw', async ({ flaw, describeStore }) => {
    const found = titles(failures(await recorded(() => openFlawed(flaw), {}, describeStore)));
    for (const title of found) everFailed.add(title);
    expect(found).not.toEqual([]);
    const by = FOUND_BY[flaw];
    if (by) expect(found).toContainEqual(expect.stringMatching(by));
    if (FOUND_AT_RANDOM.has(flaw)) expect(found).toContainEqual(expect.stringMatching(RANDOM_TEST));
  });

  it('find that an invalidation costs more with more entries', async () => {
    let trips = 0;
    const open = (perEntry: number) => () => {
      const { store, second, ...opened } = openFlawed();
      let entries = 0;
      const cache = {
        ...store.cache,
        setMany: async (writes: Parameters<typeof store.cache.setMany>[0]) => {
          entries += writes.length;
          return store.cache.setMany(writes);
        },
        invalidateTags: async (tags: readonly string[]) => {
          trips += 1 + entries * perEntry;
          return store.cache.invalidateTags(tags);
        },
      };
      return { store: { ...store, cache }, second, ...opened, roundTrips: () => trips };
    };
    expect(failures(await recorded(open(0)))).toEqual([]);
    const found = titles(failures(await recorded(open(1))));
    expect(found).toEqual([expect.stringMatching(/as many round trips for 2,000 entries/)]);
    for (const title of found) everFailed.add(title);
  });

  it('have no test that cannot fail', async () => {
    expect(titles(await recorded(openFlawed)).filter((title) => !everFailed.has(title))).toEqual([]);
  });

  it('take a store without leases, bus, ledger or rates for what it says to be', async () => {
    const without = () => {
      const { store, second, ...opened } = openFlawed();
      const bare = ({ leases: _leases, bus: _bus, ledger: _ledger, rates: _rates, ...rest }: typeof store) =>
        rest;
      return { store: bare(store), second: bare(second), ...opened };
    };
    const capabilities = { leases: false, bus: false, ledger: false, rates: false };
    expect(failures(await recorded(without, { capabilities }))).toEqual([]);
    expect(titles(failures(await recorded(openFlawed, { capabilities })))).toEqual([
      'has none, as it says',
      'has none, as it says',
      'has no ledger, as it says',
      'has no rates, as it says',
    ]);
    const [first] = failures(await recorded(without));
    expect(String(first?.error)).toMatch(/no leases; if that is meant, say so with capabilities/);
  });

  it('tell the seed of a random failure, which repeats it', async () => {
    const flaw = 'reads look at the tags of the entry only';
    const messageOf = async (seed: number | undefined) => {
      const records = await recorded(() => openFlawed(flaw), seed === undefined ? {} : { seed });
      return String(records.find(({ name }) => name.includes('one step at a time'))?.error);
    };
    const first = await messageOf(11);
    expect(first).toMatch(/repeat it with seed: 11\)/);
    const what = (message: string) => message.replaceAll(/-[0-9a-f-]{36}/g, '');
    expect(what(await messageOf(11))).toBe(what(first));
    expect(what(await messageOf(12))).not.toBe(what(first));
  });

  it('close the store after each test, and tell of the test that failed when that fails too', async () => {
    let opened = 0;
    let closed = 0;
    const open = (): OpenStore => {
      opened++;
      return {
        ...openFlawed('it has no name'),
        close: async () => {
          closed++;
          throw new Error('cannot be closed');
        },
      };
    };
    const records = await recorded(open);
    expect(closed).toBe(opened);
    expect(opened).toBe(records.length);
    expect(String(records[0]?.error)).toMatch('it has no name');
    expect(String(records[1]?.error)).toMatch('cannot be closed');
  });
});
