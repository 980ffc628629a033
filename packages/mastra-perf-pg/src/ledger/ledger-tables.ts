import { literal, quoted, unquoted, type Tables } from '../tables.ts';

/** Names of the tables of the ledger, quoted, as they stand in statements. */
export interface LedgerTables {
  readonly schema: string;
  /** What was recorded, as it was; by month. */
  readonly entries: string;
  /** Of months that have no table of their own. */
  readonly rest: string;
  readonly sums: string;
  readonly counters: string;
  readonly calls: string;
  readonly holds: string;
}

export const LEDGER_TABLES = [
  'ledger_entries',
  'ledger_entries_rest',
  'ledger_sums',
  'budget_counters',
  'budget_calls',
  'budget_holds',
] as const;

export function ledgerTables({ schema }: Pick<Tables, 'schema'>): LedgerTables {
  const within = (name: (typeof LEDGER_TABLES)[number]): string => `${schema}.${quoted(name)}`;
  return {
    schema,
    entries: within('ledger_entries'),
    rest: within('ledger_entries_rest'),
    sums: within('ledger_sums'),
    counters: within('budget_counters'),
    calls: within('budget_calls'),
    holds: within('budget_holds'),
  };
}

/** The schema as a literal. */
export const schemaLiteral = ({ schema }: LedgerTables): string => literal(unquoted(schema));

const msOf = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::bigint`;

/** Times of the ledger are milliseconds since the epoch. This is the server's, whatever one has waited for since the begin. */
export const MOMENT = msOf('clock_timestamp()');
/** The time when the statement began, by which rows can be found in an index. */
export const NOW = msOf('now()');
