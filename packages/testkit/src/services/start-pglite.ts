export interface PgliteServer extends AsyncDisposable {
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * PGlite (PostgreSQL 18 in WebAssembly, in memory, with the `vector` extension) behind a socket on a free port of
 * 127.0.0.1. Takes two to four seconds and about 500 MB.
 *
 * It is ONE backend: all connections share a session. An open transaction blocks the others, advisory locks do not
 * exclude, `SET` leaks, named prepared statements collide, NOTIFY does not cross connections. Use it for what SQL and
 * vectors answer; pools, locks, leases and timing need `startPostgres`.
 */
export async function startPglite(): Promise<PgliteServer> {
  // Imported here: the package reads 27 MB of WebAssembly.
  const [{ PGlite }, { vector }, { PGLiteSocketServer }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    import('@electric-sql/pglite-socket'),
  ]);
  const db = await PGlite.create({ extensions: { vector } });
  await db.exec('CREATE EXTENSION vector');
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 100 });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop().then(() => db.close()));
  return {
    connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1',
    port,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
