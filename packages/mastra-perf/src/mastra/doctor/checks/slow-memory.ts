import type { Check } from '../check.ts';
import { defineCheck } from '../check.ts';
import type { PostgresStorage } from '../postgres-storage.ts';

/** Saving the messages of a turn takes Mastra a read of the thread and a transaction of four statements. */
export const slowMemory = (isFast: (memory: object) => boolean): Check =>
  defineCheck({
    name: 'slow-memory',
    absent: 'no storage on Postgres that keeps messages',
    subjects: ({ postgres }) =>
      postgres.flatMap((one) => (one.memory ? [{ ...one, memory: one.memory }] : [])),
    examine: ({ where, memory }: PostgresStorage & { readonly memory: object }) =>
      isFast(memory)
        ? []
        : [
            {
              code: 'MASTRA_PERF_PG_SLOW_MEMORY',
              severity: 'advice',
              where,
              what: 'Every save of messages takes five round trips one after another, where one would do.',
              fix: 'fastPostgres(storage), of mastra-perf-pg, before new Mastra({ storage })',
            },
          ],
  });
