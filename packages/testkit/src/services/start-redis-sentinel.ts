import { askRedis } from './ask-redis.ts';
import { privateDir } from './private-dir.ts';
import { startRedisChild, type RedisChild } from './redis-child.ts';
import { until } from '../until.ts';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisSentinel extends AsyncDisposable {
  /** What the sentinels call the master. */
  readonly name: string;
  readonly sentinels: readonly RedisAddress[];
  /** Who is the master, according to the sentinels. */
  master(): Promise<RedisAddress>;
  /**
   * Kills the master (SIGKILL) and resolves when the replica has taken its place and the sentinels say so, a second or two
   * later. Once only: then there is no replica left.
   */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'primary';

/** A master that does not answer for so long counts as down. */
const DOWN_AFTER_MS = 500;
const FAILOVER_TIMEOUT_MS = 5000;

/**
 * A new master, a replica of it and a sentinel whose word alone counts, on free ports of 127.0.0.1; resolves when the
 * sentinel could fail over. They end with this process at the latest.
 * @throws ServiceUnavailableError that says what to install
 */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const dir = privateDir('redis-sentinel');
  const children: RedisChild[] = [];
  const start = async (options: Omit<Parameters<typeof startRedisChild>[0], 'dir'>) => {
    const child = await startRedisChild({ dir: dir.path, ...options });
    children.push(child);
    return child;
  };
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
    dir.remove();
  };
  try {
    // By default a master waits five seconds for more replicas before it sends anything.
    const first = await start({ args: ['--repl-diskless-sync-delay', '0'] });
    const replica = await start({ args: ['--replicaof', `${first.host} ${first.port}`] });
    await until('the replica has the data of the master', async () =>
      String(await askRedis(replica.port, 'INFO', 'replication')).includes('master_link_status:up'),
    );
    const sentinel = await start({ sentinel: sentinelSettings(first) });
    await until('the sentinel knows the replica', async () => knowsReplica(sentinel.port, replica.port));

    const master = async () => {
      const [host, port] = await askRedis(sentinel.port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
      return { host: String(host), port: Number(port) };
    };
    return {
      name: NAME,
      sentinels: [{ host: sentinel.host, port: sentinel.port }],
      master,
      async failOver() {
        if ((await master()).port !== first.port)
          throw new Error('There is no replica left: start another sentinel for another failover.');
        first.kill('SIGKILL');
        await until(
          'the sentinel reports the new master',
          async () => (await master()).port === replica.port,
        );
        await until(
          'the new master is one',
          async () => (await askRedis(replica.port, 'ROLE'))[0] === 'master',
        );
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const sentinelSettings = ({ host, port }: RedisAddress): string[] => [
  `sentinel monitor ${NAME} ${host} ${port} 1`,
  `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
  `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT_MS}`,
];

/** It only promotes a replica that it has heard of and whose state it has asked for. */
async function knowsReplica(sentinelPort: number, replicaPort: number): Promise<boolean> {
  const replicas = await askRedis(sentinelPort, 'SENTINEL', 'REPLICAS', NAME);
  if (typeof replicas === 'string') return false;
  return replicas.some((fields) => {
    const value = (name: string) => fields[fields.indexOf(name) + 1];
    return (
      value('port') === `${replicaPort}` && value('flags') === 'slave' && value('master-link-status') === 'ok'
    );
  });
}
