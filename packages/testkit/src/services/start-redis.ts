import { randomUUID } from 'node:crypto';
import { ChildServerError, startChildServer, type ChildServer } from './child-server.ts';
import { onFreePort } from './free-port.ts';
import { privateDir } from './private-dir.ts';
import { reachable } from './reachable.ts';
import { redisProcessId } from './redis-process-id.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Unique to this call. Put it before every key: the server may be shared, never flush it. */
  readonly prefix: string;
  /** False for the server of `REDIS_URL`: it cannot be killed, restarted or stopped from here. */
  readonly owned: boolean;
  /** SIGKILL for a crash, SIGSTOP and SIGCONT for a server that hangs. @default 'SIGKILL' */
  kill(signal?: NodeJS.Signals): void;
  /** A new, empty server on the same port, after a kill or instead of the running one. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const HOW_TO_GET =
  'No Redis: set REDIS_URL, or install a server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; ' +
  'or docker run -p 6379:6379 redis and REDIS_URL=redis://127.0.0.1:6379).';

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
      'The server of REDIS_URL was not started here, so it is not killed or restarted here. Unset REDIS_URL for this test.',
    );
  };
  const stop = async () => {};
  return {
    url,
    ...server,
    prefix,
    owned: false,
    kill: notOurs,
    restart: async () => notOurs(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function ownRedis(prefix: string): Promise<RedisServer> {
  const dir = privateDir('redis');
  const started = await onFreePort(
    async (port) => ({ port, child: await startOn(port, dir.path) }),
    (error) => error instanceof ChildServerError && /address already in use/i.test(error.output),
  ).catch((error: unknown) => {
    dir.remove();
    throw error instanceof ChildServerError && error.missing
      ? new ServiceUnavailableError(HOW_TO_GET, { cause: error })
      : error;
  });
  const { port } = started;
  let { child } = started;

  const stop = async () => {
    await child.stop();
    dir.remove();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    prefix,
    owned: true,
    kill: (signal = 'SIGKILL') => child.kill(signal),
    async restart() {
      await child.stop();
      child = await startOn(port, dir.path);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startOn(port: number, dir: string): Promise<ChildServer> {
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
    '--daemonize',
    'no',
  ];
  const start = (command: string) =>
    startChildServer({ command, args, readyText: 'Ready to accept connections', stopSignal: 'SIGTERM', dir });
  const child = await start('redis-server').catch((error: unknown) => {
    if (error instanceof ChildServerError && error.missing) return start('valkey-server');
    throw error;
  });
  // Whatever else may listen there must not be written to.
  const answering = await redisProcessId(port);
  if (answering === child.pid) return child;
  await child.stop();
  throw new Error(
    `Port ${port} is answered by process ${answering}, not by the Redis that was started (${child.pid}).`,
  );
}
