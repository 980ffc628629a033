import type { MastraDBMessage } from '@mastra/core/agent';
import type { MemoryStorage } from '@mastra/core/storage';
import { fastPostgres } from 'mastra-perf-pg';
import type { Table } from '../table.ts';
import { aPostgresStore, type PostgresServers } from './a-postgres.ts';

const TRIP_MS = 5;
const CASES = [
  { name: 'one by one', batch: 1, calls: 100, parallel: 1 },
  { name: 'one by one, 10 at a time, each in a thread of its own', batch: 1, calls: 400, parallel: 10 },
  { name: 'batches of 100', batch: 100, calls: 30, parallel: 1 },
];

/** How many messages of 1 kB a second a thread takes. */
export async function savesPerSecond(servers: PostgresServers): Promise<Table> {
  await using plain = await aPostgresStore(servers, 'saves_plain');
  await using fast = await aPostgresStore(servers, 'saves_fast');
  fastPostgres(fast.store);
  servers.proxy.setDelay(TRIP_MS / 2);
  const rows: string[][] = [];
  for (const { name, ...how } of CASES) {
    const own = await rate(await memoryOf(fast.store), how);
    const theirs = await rate(await memoryOf(plain.store), how);
    rows.push([name, theirs.toFixed(0), own.toFixed(0), (own / theirs).toFixed(1)]);
  }
  servers.proxy.setDelay(0);
  return {
    title: `Messages of 1 kB saved per second, ${TRIP_MS} ms round trip`,
    columns: ['', 'Mastra', 'fastPostgres()', 'ratio'],
    rows,
    notes: [],
  };
}

async function memoryOf(store: { getStore(name: 'memory'): Promise<MemoryStorage | undefined> }) {
  const memory = await store.getStore('memory');
  if (!memory) throw new Error('the store has no memory');
  return memory;
}

async function rate(
  memory: MemoryStorage,
  { batch, calls, parallel }: { readonly batch: number; readonly calls: number; readonly parallel: number },
): Promise<number> {
  const now = new Date();
  for (let index = 0; index < parallel; index++)
    await memory.saveThread({
      thread: { id: `t${index}`, resourceId: 'user', title: '', createdAt: now, updatedAt: now },
    });
  let number = 0;
  const save = (lane: number) =>
    memory.saveMessages({
      messages: Array.from({ length: batch }, () => message(`t${lane}`, `${batch}-${parallel}-${number++}`)),
    });
  await save(0);
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: parallel }, async (_, lane) => {
      for (let call = lane; call < calls; call += parallel) await save(lane);
    }),
  );
  return (calls * batch * 1000) / (performance.now() - begun);
}

const message = (threadId: string, id: string): MastraDBMessage => ({
  id,
  threadId,
  resourceId: 'user',
  role: 'user',
  createdAt: new Date(),
  content: { format: 2, parts: [{ type: 'text', text: 'x'.repeat(1000) }] },
});
