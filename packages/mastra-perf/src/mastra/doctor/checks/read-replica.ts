import { defineCheck } from '../check.ts';
import type { PoolFound } from '../pools.ts';

/** `MemoryPG` reads threads and messages from `readPool` and saves to the other one. */
export const readReplica = defineCheck({
  name: 'read-replica',
  absent: 'no storage with a readPool',
  subjects: ({ postgres, pools }) =>
    postgres.flatMap(({ where, pool, readPool, memory }) => {
      const of = (one: unknown) => pools.find((found) => found.pool === one);
      const [writer, reader] = [of(pool), of(readPool)];
      return writer && reader && memory ? [{ where, writer, reader }] : [];
    }),
  async examine({
    where,
    writer,
    reader,
  }: {
    readonly where: string;
    readonly writer: PoolFound;
    readonly reader: PoolFound;
  }) {
    const [written, read] = await Promise.all([writer.facts(), reader.facts()]);
    if (written.database === read.database) return []; // told as two pools of one database
    return [
      {
        code: 'MASTRA_PERF_READ_REPLICA',
        severity: 'problem',
        where,
        what: `Threads and last messages are read from ${read.isReplica ? 'a replica' : 'another server'} and written to the primary: while it lags, an agent does not know what was just said, and a thread that was just made is not found.`,
        fix: 'Leave readPool out of the storage of agents, and read reports through a PostgresStore of their own that has it',
      },
    ];
  },
});
