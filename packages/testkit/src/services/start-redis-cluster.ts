import { randomUUID } from 'node:crypto';
import { askRedis } from './ask-redis.ts';
import { privateDir } from './private-dir.ts';
import { startRedisChild, type RedisChild } from './redis-child.ts';
import { until } from '../until.ts';

export interface RedisClusterNode {
  readonly host: string;
  readonly port: number;
  /** SIGKILL for a crash, SIGSTOP and SIGCONT for a server that hangs. Its slots have no replica. @default 'SIGKILL' */
  kill(signal?: NodeJS.Signals): void;
}

export interface RedisCluster extends AsyncDisposable {
  /** Three masters, each with a third of the slots. */
  readonly nodes: readonly RedisClusterNode[];
  /** Unique to this call. Put it before every key. */
  readonly prefix: string;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const MASTERS = 3;

/** A node that does not answer for so long counts as failed. */
const NODE_TIMEOUT_MS = 2000;

/**
 * Three new masters without replicas on free ports of 127.0.0.1, joined to one cluster that serves all slots (Redis takes
 * two seconds for that). They end with this process at the latest.
 * @throws ServiceUnavailableError that says what to install
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const dir = privateDir('redis-cluster');
  const children: RedisChild[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
    dir.remove();
  };
  try {
    // One after another: a free port must still be free when the next one is looked for.
    for (let index = 0; index < MASTERS; index++) {
      children.push(await startRedisChild({ dir: dir.path, args: clusterSettings(index) }));
    }
    await join(children.map(({ port }) => port));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes: children.map(({ host, port, kill }) => ({
      host,
      port,
      kill: (signal = 'SIGKILL') => kill(signal),
    })),
    prefix: `test-${randomUUID()}:`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const clusterSettings = (index: number): string[] => [
  '--cluster-enabled',
  'yes',
  '--cluster-config-file',
  `nodes-${index}.conf`,
  '--cluster-node-timeout',
  `${NODE_TIMEOUT_MS}`,
];

/** What `redis-cli --cluster create` does, with fewer questions. */
async function join(ports: readonly number[]): Promise<void> {
  const [first] = ports;
  const slots = Array.from({ length: SLOTS }, (_, slot) => String(slot));
  const share = Math.ceil(SLOTS / ports.length);
  for (const [index, port] of ports.entries()) {
    await askRedis(port, 'CLUSTER', 'ADDSLOTS', ...slots.slice(index * share, (index + 1) * share));
    await askRedis(port, 'CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    if (port !== first) await askRedis(port, 'CLUSTER', 'MEET', '127.0.0.1', `${first}`);
  }
  for (const port of ports) {
    await until(`the Redis on port ${port} finds the cluster complete`, async () => {
      const info = String(await askRedis(port, 'CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${ports.length}`);
    });
  }
}
