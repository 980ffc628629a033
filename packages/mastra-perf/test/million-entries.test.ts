import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { MemoryReport } from './fixtures/memory-points.ts';

/* The memory that stored answers take, in processes of their own that end by themselves. */

const MB = 1024 ** 2;
const BOUND = 64 * MB;
/** Megabytes of heap that a process gets: one that keeps what it should forget dies of it. */
const HEAP = 192;

const run = promisify(execFile);

async function memoryOf(fixture: URL, count: number): Promise<MemoryReport> {
  const args = [
    '--expose-gc',
    `--max-old-space-size=${HEAP}`,
    fileURLToPath(fixture),
    `${count}`,
    `${BOUND}`,
  ];
  const { stdout } = await run(process.execPath, args, { timeout: 110_000 }); // rejects if that ends it
  return JSON.parse(stdout) as MemoryReport;
}

it.each([
  {
    what: 'a million answers through the tier in memory',
    fixture: new URL('fixtures/million-entries.ts', import.meta.url),
    count: 1_000_000,
    pointsWhenFull: 20,
  },
  {
    what: '40,000 calls of a wrapped model',
    fixture: new URL('fixtures/many-calls.ts', import.meta.url),
    count: 40_000,
    pointsWhenFull: 13,
  },
])(
  '$what, 4 KB each, take the memory that the bound allows and no more',
  { timeout: 120_000 },
  async ({ fixture, count, pointsWhenFull }) => {
    const { before, points, after, resources } = await memoryOf(fixture, count);
    const full = points.filter(({ accounted }) => accounted > BOUND - 10_000);
    const held = full.map((point) => point.held);
    expect(full.length).toBeGreaterThanOrEqual(pointsWhenFull);

    expect(Math.max(...held)).toBeLessThanOrEqual(1.15 * Math.min(...held));
    const rss = full.map((point) => point.rss);
    const half = Math.floor(rss.length / 2);
    // What a process has from the system goes up and down with its garbage; what counts is that it does not go up only.
    expect(Math.max(...rss.slice(half))).toBeLessThanOrEqual(1.15 * Math.max(...rss.slice(0, half)));

    // The bound is on memory, not on a number that has little to do with it.
    for (const { held: now, accounted } of full) {
      expect(accounted).toBeLessThanOrEqual(BOUND);
      expect((now - before) / accounted).toBeLessThan(1.1);
      expect((now - before) / accounted).toBeGreaterThan(0.8);
    }
    expect(after - before).toBeLessThan(2 * MB);
    expect(resources).toEqual([]);
  },
);
