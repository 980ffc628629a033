import { randomUUID } from 'node:crypto';
import { service, startRedis } from '@mastra-perf/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { startMeasuringProcess } from './fixtures/measuring-processes.ts';

/* Percentiles of several processes, as each of them tells them. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(redis.skip)('metrics of processes that share a Redis', () => {
  test('are of all of them, whoever is asked, and of those that are left', async () => {
    const { url, prefix: base } = redis.service!;
    const prefix = `${base}${randomUUID()}`;
    const names = ['first', 'second', 'third'];
    const processes = await Promise.all(names.map((name) => startMeasuringProcess({ name, url, prefix })));
    const [first, second, third] = processes as [
      (typeof processes)[0],
      (typeof processes)[0],
      (typeof processes)[0],
    ];
    const all = Array.from({ length: 3000 }, (_, at) => 1 + at);
    await Promise.all(
      processes.map((process, index) =>
        process.measure(
          10 * (index + 1),
          all.filter((at) => at % 3 === index),
        ),
      ),
    );

    const told = await Promise.all([first.range(), third.range()]);
    for (const range of told) {
      expect(range).toMatchObject({ processes: 3, unreadable: 0, total: { calls: 60 }, overflowed: 0 });
      expect(range.groups.map(({ agent, calls }) => [agent, calls])).toEqual([
        ['third', 30],
        ['second', 20],
        ['first', 10],
      ]);
      const { stats } = range.operations.find(({ operation }) => operation === 'search') ?? {};
      expect(stats).toMatchObject({ count: 3000, min: 1, max: 3000, avg: 1500.5 });
      for (const [name, exact] of Object.entries({ p50: 1500, p90: 2700, p95: 2850, p99: 2970 }))
        expect(Math.abs(stats![name as 'p50'] - exact) / exact).toBeLessThanOrEqual(0.011);
    }

    second.kill('SIGKILL');
    await second.exited;
    const left = await first.range({ agent: 'third' });
    expect(left).toMatchObject({ processes: 2, total: { calls: 30 } });
    await Promise.all([first.close(), third.close()]);
  });
});
