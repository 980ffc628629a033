import { createHash } from 'node:crypto';
import { literal, quoted } from '../tables.ts';

/** A function that lives in the database. */
export interface StoredFunction {
  /** Ends with a digest of its text: processes with two versions of this package have a function each. */
  readonly name: string;
  /** Its name as it stands in statements. */
  readonly call: string;
  /** Makes it. */
  readonly text: string;
}

export function storedFunction(
  schema: string,
  name: string,
  { takes, body }: { readonly takes: string; readonly body: string },
): StoredFunction {
  const digest = createHash('sha256').update(`${takes}\n${body}`).digest('hex').slice(0, 8);
  const full = `${name}_${digest}`;
  const call = `${schema}.${quoted(full)}`;
  return { name: full, call, text: `CREATE OR REPLACE FUNCTION ${call}${takes} AS ${literal(body)}` };
}
