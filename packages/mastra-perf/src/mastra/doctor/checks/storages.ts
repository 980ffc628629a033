import { defineCheck, type Check } from '../check.ts';
import type { Installation, StorageFound } from '../installation.ts';
import { textField } from '../shapes.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Without `storage`, Mastra takes one in memory, with a line in the log. */
export const storageInMemory = (env: Env): Check =>
  defineCheck({
    name: 'storage-in-memory',
    absent: 'NODE_ENV is not production',
    subjects: ({ storages }) => (env['NODE_ENV'] === 'production' ? storages : []),
    examine: ({ where, storage }: StorageFound) =>
      textField(storage, 'name') === 'InMemoryStorage'
        ? [
            {
              code: 'MASTRA_PERF_STORAGE_IN_MEMORY',
              severity: 'problem',
              where,
              what: 'In production, threads and suspended runs are kept in the memory of this process: they end with it, and it grows with them.',
              fix: "new Mastra({ storage: new PostgresStore({ id: 'pg', connectionString }) }), or another storage that lasts",
            },
          ]
        : [],
  });

/** Messages in one storage, snapshots of runs in another. */
export const storageSplit = defineCheck({
  name: 'storage-split',
  absent: 'no agent has a memory',
  subjects: (installation) => {
    const keepers = installation.storages.filter(({ agents }) => agents.length > 0);
    return keepers.length > 0 ? [{ where: 'memories', installation, keepers }] : [];
  },
  examine: ({
    installation,
    keepers,
  }: {
    readonly where: string;
    readonly installation: Installation;
    readonly keepers: readonly StorageFound[];
  }) => {
    const own = installation.storages.find(({ isMastras }) => isMastras);
    return keepers
      .filter((keeper) => keeper !== own)
      .map(({ where, agents }) => ({
        code: 'MASTRA_PERF_STORAGE_SPLIT',
        severity: 'advice',
        where: `${where}, memory of ${agents.map((agent) => JSON.stringify(agent)).join(', ')}`,
        what: `Messages are kept here, snapshots of suspended runs in ${own?.where ?? 'no storage'} of Mastra: two places to connect to, to make tables in and to back up.`,
        fix: 'Give new Mastra({ storage }) the storage of the memory, or leave storage out of new Memory({ … }), which then takes that of Mastra',
      }));
  },
});

/** Variables by which platforms tell that a process lives for some requests only. */
const SHORT_LIVED = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'VERCEL',
  'NETLIFY',
  'K_SERVICE',
  'FUNCTIONS_WORKER_RUNTIME',
];

/** A process that begins checks and makes tables first: 22 statements if all are there, 131 if none is. */
export const initAtStart = (env: Env): Check =>
  defineCheck({
    name: 'init-at-start',
    absent: 'no storage on Postgres in an environment that starts processes for single requests',
    subjects: ({ postgres, storages }) =>
      SHORT_LIVED.some((name) => env[name]) && env['MASTRA_DISABLE_STORAGE_INIT'] !== 'true'
        ? storages.filter(({ where }) => postgres.some((one) => one.where === where))
        : [],
    examine: ({ where, storage }: StorageFound) =>
      Reflect.get(storage, 'disableInit') === false
        ? [
            {
              code: 'MASTRA_PERF_INIT_AT_START',
              severity: 'advice',
              where,
              what: 'Every process that starts looks first whether its tables are there (disableInit is false): about 20 statements one after another before the first answer.',
              fix: 'await storage.init() when a version is deployed, and new PostgresStore({ …, disableInit: true }) in the app',
            },
          ]
        : [],
  });
