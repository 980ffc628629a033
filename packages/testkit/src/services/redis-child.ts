import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askRedis } from './ask-redis.ts';
import { ChildServerError, startChildServer, type ChildServer } from './child-server.ts';
import { onFreePort } from './free-port.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

const HOW_TO_GET =
  'No Redis: set REDIS_URL, or install a server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; ' +
  'or docker run -p 6379:6379 redis and REDIS_URL=redis://127.0.0.1:6379).';

const HOW_TO_GET_OWN =
  'No Redis: this needs servers of its own, also where REDIS_URL is set. Install one (Debian, Ubuntu: apt-get install ' +
  'redis-server; macOS: brew install redis).';

export interface RedisChild extends ChildServer {
  readonly host: '127.0.0.1';
  readonly port: number;
}

interface RedisChildOptions {
  /** Where it runs; removed if this process dies without cleaning up. */
  readonly dir: string;
  /** Arguments after the ones that all servers have. */
  readonly args?: readonly string[];
  /** Makes it a sentinel, which watches other servers, with these lines of settings. */
  readonly sentinel?: readonly string[];
  /** Whether `REDIS_URL` would do instead. */
  readonly urlWouldDo?: boolean;
}

/**
 * A `redis-server` or `valkey-server` on a free port of 127.0.0.1, without persistence.
 * @throws ServiceUnavailableError that says what to install
 */
export function startRedisChild(options: RedisChildOptions): Promise<RedisChild> {
  return onFreePort(
    (port) => startRedisChildOn(port, options),
    // A server of a cluster takes a second port, for its bus.
    (error) => error instanceof ChildServerError && /address already in use/i.test(error.output),
  ).catch((error: unknown) => {
    if (!(error instanceof ChildServerError && error.missing)) throw error;
    throw new ServiceUnavailableError(options.urlWouldDo ? HOW_TO_GET : HOW_TO_GET_OWN, { cause: error });
  });
}

/** The same on a port of the caller's choice. */
export async function startRedisChildOn(port: number, options: RedisChildOptions): Promise<RedisChild> {
  const { dir, sentinel } = options;
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'];
  const args = sentinel
    ? [await settingsFile(dir, port, sentinel), '--sentinel', ...place]
    : [...place, '--save', '', '--appendonly', 'no', ...(options.args ?? [])];
  const start = (command: string) =>
    startChildServer({
      command,
      args,
      readyText: sentinel ? 'Sentinel ID is' : 'Ready to accept connections',
      stopSignal: 'SIGTERM',
      dir,
    });
  const child = await start('redis-server').catch((error: unknown) => {
    if (error instanceof ChildServerError && error.missing) return start('valkey-server');
    throw error;
  });
  // Whatever else may listen there must not be written to.
  const answering = await processIdOf(port);
  if (answering === child.pid) return { ...child, host: '127.0.0.1', port };
  await child.stop();
  throw new Error(
    `Port ${port} is answered by process ${answering}, not by the Redis that was started (${child.pid}).`,
  );
}

/** A sentinel takes its settings from a file only, in which it also keeps its state. */
async function settingsFile(dir: string, port: number, lines: readonly string[]): Promise<string> {
  const path = join(dir, `sentinel-${port}.conf`);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function processIdOf(port: number): Promise<number> {
  const info = String(await askRedis(port, 'INFO', 'server'));
  return Number(/^process_id:(\d+)\r$/m.exec(info)?.[1]);
}
