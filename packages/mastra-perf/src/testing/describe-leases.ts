import assert from 'node:assert/strict';
import type { Lease, LeaseAttempt, Leases } from '../stores/leases.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { fresh, hostileNames } from './fresh-names.ts';
import { registerTests, type StoreSuite, type StoreTests } from './store-suite.ts';

const LONG_MS = 600_000;
const SHORT_MS = 150;

/** The contract of {@link Leases}. With `capabilities: { leases: false }` it only shows that the store has none. */
export function describeLeases(suite: StoreSuite): void {
  registerTests(suite, 'leases', suite.capabilities?.leases === false ? withoutLeases : leaseTests);
}

const withoutLeases: StoreTests = {
  async 'has none, as it says'({ store }) {
    assert.equal(store.leases, undefined);
  },
};

function leasesOf({ leases }: PerfStore): Leases {
  assert.ok(leases, 'the store has no leases; if that is meant, say so with capabilities: { leases: false }');
  return leases;
}

function granted(attempt: LeaseAttempt): Lease {
  assert.ok(attempt.granted, 'the lease was not granted');
  return attempt.lease;
}

async function isFree(leases: Leases, name: string): Promise<boolean> {
  const attempt = await leases.acquire(name, LONG_MS);
  return attempt.granted;
}

const leaseTests: StoreTests = {
  async 'has one holder at a time, and tells everybody else how long it is held'({ store, second }) {
    const name = fresh('lease');
    const lease = granted(await leasesOf(store).acquire(name, LONG_MS));
    assert.equal(lease.name, name);
    assert.ok(Number.isFinite(lease.token), `${lease.token} is no token`);
    for (const view of [second, store]) {
      const attempt = await leasesOf(view).acquire(name, LONG_MS);
      assert.ok(!attempt.granted, 'two hold the same lease');
      const { expiresInMs } = attempt;
      assert.ok(expiresInMs > LONG_MS / 2 && expiresInMs <= LONG_MS, `held for another ${expiresInMs} ms`);
    }
    assert.ok(await isFree(leasesOf(second), fresh('lease')), 'a lease of another name is held');
  },

  async 'is free as soon as it is released, once'({ store, second }) {
    const name = fresh('lease');
    const lease = granted(await leasesOf(store).acquire(name, LONG_MS));
    assert.equal(await leasesOf(store).release(lease), true);
    assert.equal(await leasesOf(store).release(lease), false);
    assert.equal(await leasesOf(store).renew(lease, LONG_MS), false);
    assert.ok(await isFree(leasesOf(second), name));
  },

  async 'is granted to exactly one of twenty who ask at the same time'({ store, second }) {
    for (let round = 0; round < 5; round++) {
      const name = fresh('lease');
      const views = Array.from({ length: 20 }, (_, index) => leasesOf(index % 2 ? store : second));
      const attempts = await Promise.all(views.map(async (leases) => leases.acquire(name, LONG_MS)));
      assert.equal(attempts.filter((attempt) => attempt.granted).length, 1);
    }
  },

  async 'expires by itself'(bench) {
    const name = fresh('lease');
    const lost = granted(await leasesOf(bench.store).acquire(name, SHORT_MS));
    const leases = leasesOf(bench.second);
    assert.ok(await bench.afterTime(SHORT_MS, async () => isFree(leases, name)), 'it never expired');
    assert.equal(await leasesOf(bench.store).renew(lost, LONG_MS), false);
    assert.equal(await leasesOf(bench.store).release(lost), false);
  },

  async 'cannot be renewed once it has expired, also if nobody took it'(bench) {
    const leases = leasesOf(bench.store);
    const lost = granted(await leases.acquire(fresh('lease'), SHORT_MS));
    const clock = fresh('lease');
    await leases.acquire(clock, SHORT_MS);
    assert.ok(await bench.afterTime(SHORT_MS, async () => isFree(leases, clock)));
    assert.equal(await leases.renew(lost, LONG_MS), false);
  },

  async 'is held for longer when it is renewed, and for less if that is asked'(bench) {
    const leases = leasesOf(bench.store);
    const longer = granted(await leases.acquire(fresh('lease'), SHORT_MS));
    const shorter = granted(await leases.acquire(fresh('lease'), LONG_MS));
    // Where a clock cannot be moved, a slow server may have let the first one expire by now.
    const renewed = await leases.renew(longer, LONG_MS);
    assert.ok(renewed || !bench.advance, 'it could not be renewed in time');
    assert.equal(await leases.renew(shorter, SHORT_MS), true);
    const { second } = bench;
    assert.ok(
      await bench.afterTime(SHORT_MS, async () => isFree(leasesOf(second), shorter.name)),
      'the shorter time does not count',
    );
    if (renewed) assert.ok(!(await isFree(leasesOf(second), longer.name)), 'the longer time does not count');
  },

  async 'has tokens that grow from holder to holder, in whatever process and however the last one ended'(
    bench,
  ) {
    const name = fresh('lease');
    const tokens: number[] = [];
    for (let round = 0; round < 6; round++) {
      const leases = leasesOf(round % 2 ? bench.store : bench.second);
      let lease: Lease | undefined;
      await bench.afterTime(SHORT_MS, async () => {
        const attempt = await leases.acquire(name, SHORT_MS);
        if (attempt.granted) ({ lease } = attempt);
        return attempt.granted;
      });
      assert.ok(lease, 'it never expired');
      tokens.push(lease.token);
      if (round % 3 === 0) await leases.release(lease);
    }
    for (const [index, token] of tokens.entries())
      assert.ok(index === 0 || token > (tokens[index - 1] ?? 0), `the tokens were ${tokens.join(', ')}`);
  },

  async 'is safe from a former holder, who is told that it is lost'(bench) {
    const { store, second } = bench;
    const name = fresh('lease');
    const former = granted(await leasesOf(store).acquire(name, LONG_MS));
    await leasesOf(store).release(former);
    const current = granted(await leasesOf(second).acquire(name, LONG_MS));
    assert.equal(await leasesOf(store).renew(former, 1), false);
    assert.equal(await leasesOf(store).release(former), false);
    assert.ok(!(await isFree(leasesOf(store), name)), 'a former holder gave it away');
    assert.equal(await leasesOf(second).renew(current, LONG_MS), true);
    assert.equal(await leasesOf(second).release(current), true);
  },

  async 'is safe from a token that nobody was given'({ store }) {
    const leases = leasesOf(store);
    const lease = granted(await leases.acquire(fresh('lease'), LONG_MS));
    for (const token of [lease.token + 1, lease.token - 1, 0]) {
      assert.equal(await leases.renew({ ...lease, token }, LONG_MS), false);
      assert.equal(await leases.release({ ...lease, token }), false);
    }
    assert.equal(await leases.renew({ name: fresh('lease'), token: lease.token }, LONG_MS), false);
    assert.ok(!(await isFree(leases, lease.name)));
  },

  async 'tells names apart, whatever they look like'({ store, second }) {
    const names = hostileNames();
    const held: Lease[] = [];
    for (const name of names) held.push(granted(await leasesOf(store).acquire(name, LONG_MS)));
    for (const [index, lease] of held.entries()) {
      assert.equal(lease.name, names[index]);
      assert.ok(
        !(await isFree(leasesOf(second), lease.name)),
        `${JSON.stringify(lease.name)} has two holders`,
      );
      assert.equal(await leasesOf(second).release(lease), true);
    }
  },
};
