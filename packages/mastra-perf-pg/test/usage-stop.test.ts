import { randomUUID } from 'node:crypto';
import { service, startCountingProcess, startPostgres, type CountingEnd } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { postgresStore } from '../src/index.ts';

/* What a process has counted is in the database when it has ended. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
vi.setConfig({ testTimeout: 120_000 });

const CALLS = 50_000;

describe.skipIf(postgres.skip)('of 50,000 calls none is lost', () => {
  test.each<CountingEnd>(['SIGTERM', 'nothing to do'])('when the end is: %s', async (how) => {
    const place = {
      connectionString: postgres.service.connectionString,
      schema: `test_${randomUUID()}`,
    };
    const one = await startCountingProcess({
      program: new URL('fixtures/counting-process.ts', import.meta.url),
      config: { name: 'counting', ...place } as { name: string },
    });
    onTestFinished(() => one.kill('SIGKILL'));
    await one.untilEnded(CALLS);
    const calls = await one.end(how);
    expect(calls).toBeGreaterThanOrEqual(CALLS);
    await using perf = createPerf({ store: postgresStore(place) });
    expect(await perf.usage.report({ by: [] })).toMatchObject([
      { calls, modelCalls: calls, spent: { inputTokens: 3 * calls, outputTokens: 2 * calls } },
    ]);
  });
});
