import { service, startPostgres } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, letTimeRun, outcome, rowsOf, stopTime, type Comparable } from './fast-comparison.ts';
import { anyOperation } from './fast-operations.ts';
import { openBare, openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

beforeEach(stopTime);
afterEach(letTimeRun);

describe.skipIf(postgres.skip)('a fast store and one of Mastra alone', () => {
  test.each(fc.sample(fc.integer(), 2))(
    'answer the same to 500 random operations (seed %i), and hold the same rows afterwards',
    { timeout: 120_000 },
    async (seed) => {
      const steps = fc.sample(anyOperation, { numRuns: 500, seed });
      const bare = await openBare(postgres.service.connectionString, { pool: { max: 2 } });
      const fast = await openFast(postgres.service.connectionString, { pool: { max: 2 } });
      let refused = 0;
      for (const [index, step] of steps.entries()) {
        at(index);
        const expected = await outcome(step, bare.memory);
        at(index);
        expect(await outcome(step, fast.memory), `${index}: ${step.name}`).toEqual(expected);
        if ((expected as Comparable | null)?.['message']) refused++;
      }
      const names = new Set(steps.map(({ name }) => name.split(' ')[0]));
      expect(names.size).toBe(14);
      expect(refused).toBeLessThan(250);
      const rows = await rowsOf(bare.pool, bare.schemaName);
      expect(await rowsOf(fast.pool, fast.schemaName)).toEqual(rows);
    },
  );
});
