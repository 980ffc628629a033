import { LEDGER_REPEAT_MS, LEDGER_RETENTION_DAYS } from 'mastra-perf';
import { schemaLiteral, type LedgerTables } from './ledger-tables.ts';
import { storedFunction, type StoredFunction } from './stored-function.ts';
import { lockKeys } from '../migration-lock.ts';
import { literal } from '../tables.ts';

/** How long entries are kept as they are; sums of them are kept for longer. */
export const ENTRY_DAYS = LEDGER_RETENTION_DAYS.hour;
/** How long an entry must have stood before it may go, whatever time it is of. */
export const ENTRY_STOOD = `interval '${2 * LEDGER_REPEAT_MS} milliseconds'`;
/** More entries than this of a month are not moved to a table of their own: that would take too long while others wait. */
const MAX_MOVED = 10_000;

/**
 * Makes the tables of this month and the next, and drops those of months that are over for long. Only who owns the entries
 * can: without it they stay in the rest, and go from there one by one. Gives up when it would have to wait.
 */
export function monthsFunction(tables: LedgerTables): StoredFunction {
  const { schema, entries, rest } = tables;
  const within = schemaLiteral(tables);
  const msOf = (month: string): string => `(extract(epoch FROM ${month} AT TIME ZONE 'UTC') * 1000)::bigint`;
  return storedFunction(schema, 'ledger_months', {
    takes: '() RETURNS void LANGUAGE plpgsql',
    body: `DECLARE
  today timestamp := now() AT TIME ZONE 'UTC';
  month timestamp;
  child text;
  since bigint;
  until bigint;
  strays bigint;
  is_young boolean;
BEGIN
  IF NOT pg_try_advisory_xact_lock(${lockKeys(schema)})
    OR NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = ${literal(entries)}::regclass)
    OR NOT has_schema_privilege(${within}, 'CREATE') THEN
    RETURN;
  END IF;
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR n IN 0..1 LOOP
    month := date_trunc('month', today) + n * interval '1 month';
    child := 'ledger_entries_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass(format('%I.%I', ${within}, child)) IS NOT NULL;
    since := ${msOf('month')};
    until := ${msOf(`(month + interval '1 month')`)};
    SELECT count(*) INTO strays FROM (
      SELECT FROM ${rest} e WHERE e.at >= since AND e.at < until LIMIT ${MAX_MOVED + 1}) s;
    CONTINUE WHEN strays > ${MAX_MOVED};
    -- Others may write to other months meanwhile.
    LOCK TABLE ${entries} IN SHARE UPDATE EXCLUSIVE MODE;
    LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING DEFAULTS)', ${within}, child, ${literal(entries)});
    EXECUTE format('WITH moved AS (DELETE FROM %s WHERE at >= %s AND at < %s RETURNING *) INSERT INTO %I.%I SELECT * FROM moved',
      ${literal(rest)}, since, until, ${within}, child);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%s) TO (%s)',
      ${literal(entries)}, ${within}, child, since, until);
  END LOOP;
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = ${literal(entries)}::regclass AND c.relname ~ '^ledger_entries_[0-9]{4}_[0-9]{2}$'
      AND c.relname::text COLLATE "C" < 'ledger_entries_' || to_char(today - interval '${ENTRY_DAYS} days', 'YYYY_MM')
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I WHERE recorded_at > now() - %L::interval)',
      ${within}, child, ${ENTRY_STOOD}) INTO is_young;
    CONTINUE WHEN is_young;
    EXECUTE format('DROP TABLE %I.%I', ${within}, child);
  END LOOP;
END`,
  });
}
