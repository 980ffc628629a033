import { Pool, type PoolConfig } from 'pg';

/** A pool as an application has it. Its `end()` does not wait until the server has heard of it, so a test may stop that first. */
export function aPool(config: PoolConfig): Pool {
  const pool = new Pool(config);
  pool.on('error', () => {});
  return pool;
}
