import { PerfError } from 'mastra-perf';
import type { Row } from './database.ts';
import { codeOf, failure } from './failures.ts';
import { budgetFunctions } from './ledger/budget-functions.ts';
import { LEDGER_TABLES, ledgerTables } from './ledger/ledger-tables.ts';
import { monthsFunction } from './ledger/months-function.ts';
import { bornText, migrationText } from './migration.ts';
import { literal, SEQUENCE, TABLES, unquoted, type Tables } from './tables.ts';
import { takeFunction } from './take-function.ts';

type Run = (text: string) => Promise<readonly Row[]>;

const DENIED = '42501';

/** Makes what is not there. Where all is there it takes no right but to use it. */
export async function migrate(run: Run, tables: Tables): Promise<void> {
  const found = await look(run, tables);
  if (wanted(tables).every((name) => found.names.has(name))) {
    await asked(run, bornText(tables), () => denied(found.role, tables, 'use'));
    return;
  }
  const text = migrationText(tables, { withSchema: !found.schema });
  await asked(run, text, () => denied(found.role, tables, 'create'));
}

function wanted(tables: Tables): readonly string[] {
  const ledger = ledgerTables(tables);
  const functions = [...Object.values(budgetFunctions(ledger)), monthsFunction(ledger), takeFunction(tables)];
  return [...TABLES, SEQUENCE, ...LEDGER_TABLES, ...functions.map(({ name }) => name)];
}

interface Found {
  readonly role: string;
  readonly schema: boolean;
  /** Of tables, sequences and functions. */
  readonly names: ReadonlySet<string>;
}

/** In the catalog, which everybody may read. */
async function look(run: Run, { schema }: Tables): Promise<Found> {
  const name = literal(unquoted(schema));
  const text = `SELECT quote_ident(current_user) AS role, count(n.oid) AS schemas,
  COALESCE(json_agg(x.name) FILTER (WHERE x.name IS NOT NULL), '[]')::text AS names
FROM pg_catalog.pg_namespace n LEFT JOIN LATERAL (
  SELECT c.relname AS name FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'S')
  UNION ALL SELECT p.proname FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid) x ON true
WHERE n.nspname = ${name}`;
  try {
    const [row] = await run(text);
    return {
      role: String(row?.['role']),
      schema: Number(row?.['schemas']) > 0,
      names: new Set(JSON.parse(String(row?.['names'])) as string[]),
    };
  } catch (error) {
    throw failure('connect', error);
  }
}

async function asked(run: Run, text: string, whenDenied: () => string): Promise<void> {
  try {
    await run(text);
  } catch (error) {
    if (codeOf(error) !== DENIED) throw failure('connect', error);
    const { message } = failure('connect', error);
    throw new PerfError('MASTRA_PERF_STORE', `${message}. ${whenDenied()}`);
  }
}

/** What an administrator runs once. */
function denied(role: string, tables: Tables, need: 'create' | 'use'): string {
  const { schema, entries, marks, state, leases, rates, moments } = tables;
  const ledger = ledgerTables(tables);
  const all = [entries, marks, state, leases, rates];
  const logged = [ledger.entries, ledger.sums, ledger.counters, ledger.calls, ledger.holds];
  const use = [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${[...all, ...logged].join(', ')} TO ${role}`,
    `GRANT USAGE, UPDATE ON SEQUENCE ${moments} TO ${role}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`,
  ];
  if (need === 'use')
    return `The role ${role} may not use the tables. Let an administrator run:\n${use.join(';\n')};`;
  return `The role ${role} may not create the schema ${schema} or its tables. Let an administrator run, for the store to make its tables itself:
CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role};
or make them for it:
${migrationText(tables, { withSchema: true })};
${use.join(';\n')};`;
}
