import { randomUUID } from 'node:crypto';
import { service, startPostgres } from '@mastra-perf/testkit';
import { describePerfStore } from 'mastra-perf/testing';

import * as vitest from 'vitest';
import { postgresStore, type PostgresStoreOptions } from '../src/index.ts';
import { aPool } from './a-pool.ts';
import { asAdmin, killBackends } from './admin.ts';
import { countingPool } from './counting-pool.ts';

const postgres = await service(startPostgres, 'Postgres');
vitest.afterAll(() => postgres.skip ?? postgres.service.stop());
const runner = { describe: vitest.describe.skipIf(postgres.skip), it: vitest.it };

describePerfStore({
  runner,
  name: 'by its URL',
  async open() {
    const { connectionString } = postgres.service;
    const name = randomUUID();
    const store = postgresStore({ connectionString, options: { application_name: name } });
    const second = postgresStore({ connectionString });
    await Promise.all([store.connect(), second.connect()]);
    return {
      store,
      second,
      async close() {
        await Promise.all([store.close(), second.close()]);
      },
      async breakConnection() {
        vitest.expect(await killBackends(connectionString, name, 'listeners')).toBe(1);
      },
    };
  },
});

const kinds: Readonly<Record<string, Partial<PostgresStoreOptions>>> = {
  'a given pool': {},
  'a given pool, without prepared statements, in a schema of a strange name': {
    prepare: false,
    schema: `"; DROP TABLE x; --' \\ é`,
  },
};

for (const [name, options] of Object.entries(kinds)) {
  describePerfStore({
    runner,
    name,
    async open() {
      const { connectionString } = postgres.service;
      const application_name = randomUUID();
      const given = [
        aPool({ connectionString, application_name }),
        aPool({ connectionString, max: 3 }),
      ] as const;
      const counting = countingPool(given[0]);
      const store = postgresStore({ ...options, pool: counting.pool });
      const second = postgresStore({ ...options, pool: async () => given[1] });
      await Promise.all([store.connect(), second.connect()]);
      return {
        store,
        second,
        roundTrips: counting.roundTrips,
        async close() {
          await Promise.all([store.close(), second.close()]);
          for (const pool of given) await pool.end();
        },
        async breakConnection() {
          vitest.expect(await killBackends(connectionString, application_name, 'listeners')).toBe(1);
        },
      };
    },
  });
}

vitest.test.skipIf(postgres.skip)('nothing of all that was stored outside of its schema', async () => {
  const rows = await asAdmin(
    postgres.service.connectionString,
    `SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 1`,
  );
  vitest
    .expect(rows.map(({ schemaname }) => schemaname))
    .toEqual([`"; DROP TABLE x; --' \\ é`, 'mastra_perf']);
});
