import { expect, it } from 'vitest';
import { settled } from '../base/test-clock.ts';
import type { DashboardData, DashboardQuery } from './dashboard-data.ts';
import { dataCache } from './data-cache.ts';

function setUp() {
  let time = 0;
  const builds: Array<{ readonly query: DashboardQuery; done(): void; fail(): void }> = [];
  const read = dataCache({ monotonic: () => time }, (query) => {
    const { promise, resolve, reject } = Promise.withResolvers<DashboardData>();
    builds.push({
      query,
      done: () => resolve({ query } as DashboardData),
      fail: () => reject(new Error('away')),
    });
    return promise;
  });
  return { read, builds, pass: (ms: number) => void (time += ms) };
}
const of = (agent: string): DashboardQuery => ({ range: '1h', agent });

it('builds a view once a second, however many ask', async () => {
  const { read, builds, pass } = setUp();
  const all = Array.from({ length: 100 }, () => read(of('a')));
  await settled();
  expect(builds).toHaveLength(1);
  builds[0]?.done();
  expect(new Set(await Promise.all(all)).size).toBe(1);
  pass(899);
  await read(of('a'));
  expect(builds).toHaveLength(1);
  pass(1);
  void read(of('a'));
  await settled();
  expect(builds).toHaveLength(2);
});

it('builds two at a time, and turns away who comes when too many wait', async () => {
  const { read, builds } = setUp();
  const all = Array.from({ length: 40 }, (_, index) => read(of(`agent ${index}`)));
  await settled();
  expect(builds).toHaveLength(2);
  expect(all.filter((one) => one === undefined)).toHaveLength(6);
  for (let index = 0; index < 34; index++) {
    builds[index]?.done();
    await settled();
    expect(builds.length).toBeLessThanOrEqual(Math.min(34, index + 3));
  }
  await Promise.all(all);
  expect(new Set(builds.map(({ query }) => query.agent)).size).toBe(34);
});

it('keeps nothing that failed', async () => {
  const { read, builds } = setUp();
  const first = read(of('a'));
  await settled();
  builds[0]?.fail();
  await expect(first).rejects.toThrow('away');
  void read(of('a'));
  await settled();
  expect(builds).toHaveLength(2);
});
