import { PerfError } from 'mastra-perf';
import type { Row } from './database.ts';
import { codeOf, failure } from './failures.ts';
import { bornText, migrationText } from './migration.ts';
import { literal, SEQUENCE, TABLES, type Tables } from './tables.ts';

type Run = (text: string) => Promise<readonly Row[]>;

const DENIED = '42501';

/** Makes what is not there. Where all is there it takes no right but to use it. */
export async function migrate(run: Run, tables: Tables): Promise<void> {
  const found = await look(run, tables);
  const missing = [...TABLES, SEQUENCE].filter((name) => !found.relations.includes(name));
  if (missing.length === 0) {
    await asked(run, bornText(tables), () => denied(found.role, tables, 'use'));
    return;
  }
  const text = migrationText(tables, { withSchema: !found.schema });
  await asked(run, text, () => denied(found.role, tables, 'create'));
}

interface Found {
  readonly role: string;
  readonly schema: boolean;
  readonly relations: readonly string[];
}

/** In the catalog, which everybody may read. */
async function look(run: Run, { schema }: Tables): Promise<Found> {
  const name = literal(schema.slice(1, -1).replaceAll('""', '"'));
  const text = `SELECT quote_ident(current_user) AS role, count(DISTINCT n.oid) AS schemas,
  COALESCE(json_agg(c.relname) FILTER (WHERE c.relname IS NOT NULL), '[]')::text AS relations
FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'S')
WHERE n.nspname = ${name}`;
  try {
    const [row] = await run(text);
    return {
      role: String(row?.['role']),
      schema: Number(row?.['schemas']) > 0,
      relations: JSON.parse(String(row?.['relations'])) as string[],
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
  const { schema, entries, marks, state, leases, moments } = tables;
  const use = [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${[entries, marks, state, leases].join(', ')} TO ${role}`,
    `GRANT USAGE, UPDATE ON SEQUENCE ${moments} TO ${role}`,
  ];
  if (need === 'use')
    return `The role ${role} may not use the tables. Let an administrator run:\n${use.join(';\n')};`;
  return `The role ${role} may not create the schema ${schema} or its tables. Let an administrator run, for the store to make its tables itself:
CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role};
or make them for it:
${migrationText(tables, { withSchema: true })};
${use.join(';\n')};`;
}
