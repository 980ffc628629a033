import { randomUUID } from 'node:crypto';
import { privateDir } from './private-dir.ts';
import { reachable } from './reachable.ts';
import { startRedisChild, startRedisChildOn } from './redis-child.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Unique to this call. Put it before every key: the server may be shared, never flush it. */
  readonly prefix: string;
  /** False for the server of `REDIS_URL`: it cannot be killed, frozen, restarted or stopped from here. */
  readonly owned: boolean;
  /** SIGKILL for a crash, SIGSTOP and SIGCONT for a server that hangs. @default 'SIGKILL' */
  kill(signal?: NodeJS.Signals): void;
  /** It hangs: connections are taken and kept, but nothing is answered until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** A new, empty server on the same port, after a kill or instead of the running one. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The server of `REDIS_URL` if that is set, else a new `redis-server` or `valkey-server` on a free port of 127.0.0.1,
 * without persistence, which ends with this process at the latest.
 * @throws ServiceUnavailableError that says what to install
 */
export async function startRedis(): Promise<RedisServer> {
  const prefix = `test-${randomUUID()}:`;
  return process.env.REDIS_URL ? givenRedis(process.env.REDIS_URL, prefix) : ownRedis(prefix);
}

async function givenRedis(url: string, prefix: string): Promise<RedisServer> {
  const { hostname: host, port } = new URL(url);
  const server = { host, port: Number(port || 6379) };
  if (!(await reachable(server)))
    throw new ServiceUnavailableError(`REDIS_URL names ${host}:${server.port}, but nothing listens there.`);
  const notOurs = () => {
    throw new Error(
      'The server of REDIS_URL was not started here, so it is not killed, frozen or restarted here. Unset REDIS_URL for this test.',
    );
  };
  const stop = async () => {};
  return {
    url,
    ...server,
    prefix,
    owned: false,
    kill: notOurs,
    freeze: notOurs,
    thaw: notOurs,
    restart: async () => notOurs(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function ownRedis(prefix: string): Promise<RedisServer> {
  const dir = privateDir('redis');
  const options = { dir: dir.path, urlWouldDo: true };
  let child = await startRedisChild(options).catch((error: unknown) => {
    dir.remove();
    throw error;
  });
  const { host, port } = child;

  const stop = async () => {
    await child.stop();
    dir.remove();
  };
  return {
    url: `redis://${host}:${port}`,
    host,
    port,
    prefix,
    owned: true,
    kill: (signal = 'SIGKILL') => child.kill(signal),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async restart() {
      await child.stop();
      child = await startRedisChildOn(port, options);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
