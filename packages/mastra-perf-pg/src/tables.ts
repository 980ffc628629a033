/** Names of all that we keep, quoted, as they stand in statements. */
export interface Tables {
  readonly schema: string;
  readonly entries: string;
  readonly marks: string;
  readonly state: string;
  readonly leases: string;
  readonly rates: string;
  readonly moments: string;
  /** The sequence as a literal, for `nextval`. */
  readonly clock: string;
}

export const TABLES = ['cache_entries', 'cache_marks', 'cache_state', 'leases', 'rates'] as const;
export const SEQUENCE = 'moments';

export function tablesOf(schema: string): Tables {
  const within = (name: string): string => `${quoted(schema)}.${quoted(name)}`;
  const moments = within(SEQUENCE);
  return {
    schema: quoted(schema),
    entries: within('cache_entries'),
    marks: within('cache_marks'),
    state: within('cache_state'),
    leases: within('leases'),
    rates: within('rates'),
    moments,
    clock: `${literal(moments)}::regclass`,
  };
}

/** What Postgres cuts off without a word, and what it keeps for itself. */
const MAX_BYTES = 63;
const RESERVED = /^(pg_.*|information_schema)$/i;

export const isIdentifier = (name: unknown): name is string =>
  typeof name === 'string' &&
  name !== '' &&
  name.isWellFormed() &&
  !name.includes('\0') &&
  Buffer.byteLength(name) <= MAX_BYTES;

export const isSchemaName = (name: unknown): name is string => isIdentifier(name) && !RESERVED.test(name);

/** To be given what {@link isIdentifier} took. */
export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

export const unquoted = (name: string): string => name.slice(1, -1).replaceAll('""', '"');

/** Right whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  const quotes = text.replaceAll("'", "''");
  return text.includes('\\') ? ` E'${quotes.replaceAll('\\', '\\\\')}'` : `'${quotes}'`;
}
