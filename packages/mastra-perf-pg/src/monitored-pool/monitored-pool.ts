import { PerfConfigError } from 'mastra-perf';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { connectionUrl } from '../connection-url.ts';
import { batchInserter } from './batch-insert.ts';
import { createMeter, type Meter, type PoolMonitor } from './pool-monitor.ts';
import { watchClient } from './watch-client.ts';

/** Options of a pool of pg, with other defaults, and what is measured. */
export interface MonitoredPoolConfig extends PoolConfig {
  /** Statements that take at least so many ms are told; `false` for none. @default 1000 */
  readonly slowQueryMs?: number | false;
  /** Number of different statements that are counted apart; about 2 kB each. @default 200 */
  readonly maxShapes?: number;
}

/** A pool of pg with a monitor. */
export type MonitoredPool = Pool & { readonly monitor: PoolMonitor };

/** Of each option that is not given. */
const DEFAULTS = {
  max: 20,
  idleTimeoutMillis: 30_000,
  connectionTimeoutMillis: 2000,
  statement_timeout: 30_000,
  keepAlive: true,
  application_name: 'mastra',
} as const satisfies PoolConfig;

/**
 * One pool for the storage of Mastra, its vectors and the plugin. An idle connection that breaks is replaced and counted,
 * where a plain pool without a listener for `error` would end the process.
 *
 * @throws PerfConfigError
 * @example
 * const pool = monitoredPool({ connectionString: process.env.DATABASE_URL });
 * const storage = new PostgresStore({ id: 'pg', pool });
 * const perf = createPerf({ store: postgresStore({ pool }) });
 * pool.monitor.on('slow', ({ text, durationMs }) => console.warn(durationMs, text));
 */
export function monitoredPool(config: MonitoredPoolConfig): MonitoredPool {
  const { slowQueryMs = 1000, maxShapes = 200, ...rest } = config;
  if (slowQueryMs !== false && !(slowQueryMs > 0))
    throw new PerfConfigError('monitoredPool.slowQueryMs', slowQueryMs, 'a number of milliseconds, or false');
  if (!isCount(maxShapes))
    throw new PerfConfigError('monitoredPool.maxShapes', maxShapes, 'a whole number from 1');
  if (rest.max !== undefined && !isCount(rest.max))
    throw new PerfConfigError('monitoredPool.max', rest.max, 'a whole number from 1');
  if ('connectionString' in rest) connectionUrl(rest.connectionString, 'monitoredPool.connectionString');
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const meter = createMeter({ slowQueryMs, maxShapes });
  const pool = new MeteredPool({ ...DEFAULTS, ...given }, meter);
  pool.on('connect', (client) => watchClient(client, meter, now));
  pool.on('error', meter.lost);
  const max = rest.max ?? DEFAULTS.max;
  const monitor: PoolMonitor = {
    on: meter.on,
    snapshot: () => meter.snapshot(pool, max),
    warm: (connections) => warm(pool, Math.min(connections, max)),
    batchInsert: batchInserter(pool),
  };
  return Object.assign(pool, { monitor });
}

const now = (): number => performance.now();
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

type Answer = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/** Measures how long callers wait; `query()` of a pool is one of them. */
class MeteredPool extends Pool {
  readonly #meter: Pick<Meter, 'waited'>;

  constructor(config: PoolConfig, meter: Pick<Meter, 'waited'>) {
    super(config);
    this.#meter = meter;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Answer): void;
  override connect(callback?: Answer): Promise<PoolClient> | void {
    const begun = now();
    const queued = this.idleCount === 0 && this.totalCount >= this.options.max;
    const settled = (error: unknown): void =>
      this.#meter.waited(now() - begun, error ? 'refused' : 'given', queued);
    if (callback)
      return super.connect((error, client, done) => {
        settled(error);
        callback(error, client, done);
      });
    const result = super.connect();
    result.then(() => settled(undefined), settled);
    return result;
  }
}

async function warm(pool: Pool, connections: number): Promise<void> {
  const attempts = Array.from({ length: connections }, () => pool.connect());
  const results = await Promise.allSettled(attempts);
  for (const result of results) if (result.status === 'fulfilled') result.value.release();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
