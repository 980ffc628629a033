import type { Ledger } from 'mastra-perf';
import type { Connection } from '../connection.ts';
import { ledgerKeysOf } from './ledger-keys.ts';
import { redisBudgets } from './redis-budgets.ts';
import { redisUsage } from './redis-usage.ts';

/** Sums and budgets of all processes that use this server with this prefix. All of it is in one slot of a Cluster. */
export function redisLedger(connection: Pick<Connection, 'ready'>, prefix: string): Ledger {
  const keys = ledgerKeysOf(prefix);
  return { ...redisUsage(connection, keys), ...redisBudgets(connection, keys) };
}
