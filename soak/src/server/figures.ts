import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds. */
export interface Figures {
  /** Of V8, after a collection. */
  readonly heapMb: number;
  readonly rssMb: number;
  /** Open sockets, servers, timers, … by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { execution: 'async' }) => Promise<void>;

/** Work beside the calls may hold much for a moment: the least of a few looks tells what stays. */
const LOOKS = 3;
const BETWEEN_MS = 300;

export async function figures(): Promise<Figures> {
  let heap = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await setTimeout(BETWEEN_MS);
    // What finalizers let go of is collected the second time.
    await collect({ execution: 'async' });
    await collect({ execution: 'async' });
    const { heapUsed, external } = process.memoryUsage();
    heap = Math.min(heap, heapUsed + external);
  }
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heapMb: heap / 2 ** 20, rssMb: process.memoryUsage().rss / 2 ** 20, handles };
}
