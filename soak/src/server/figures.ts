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

export async function figures(): Promise<Figures> {
  // What finalizers let go of is collected the second time.
  await collect({ execution: 'async' });
  await collect({ execution: 'async' });
  const { heapUsed, rss, external } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heapMb: (heapUsed + external) / 2 ** 20, rssMb: rss / 2 ** 20, handles };
}
