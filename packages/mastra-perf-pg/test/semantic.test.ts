import { askInOtherWords, service, startPostgres, topicsEmbedder } from '@mastra-perf/testkit';
import { createPerf, type Perf } from 'mastra-perf';
import { afterAll, afterEach, expect, test } from 'vitest';
import { postgresStore } from '../src/index.ts';

/* What is learned about answers by meaning lies in the store. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const open: Perf[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

/** Of so many right ones in a row it follows that, most likely, fewer than 5 % are wrong. */
const ENOUGH = 78;

test.skipIf(postgres.skip)('what one process has learned, others and later ones go by', async () => {
  const start = (): Perf => {
    const perf = createPerf({
      store: postgresStore({ connectionString: postgres.service.connectionString }),
      storeTimeout: '2s',
      cache: { semantic: { embedder: topicsEmbedder(), guards: [], maxErrorRate: 0.05 } },
    });
    open.push(perf);
    return perf;
  };
  const first = start();
  expect(await askInOtherWords(first, 0, ENOUGH - 8)).toBe(0);
  await first.flush();
  await first.close();
  const second = start();
  await second.warmup(); // connected, so that the first question finds what was learned
  expect(await askInOtherWords(second, 1000, 30)).toBeGreaterThan(10);
  expect(second.cache.stats().semantic).toMatchObject({ wrong: 0, learned: [{ agent: 'model', wrong: 0 }] });
});
