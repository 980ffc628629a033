import { createHash } from 'node:crypto';

/** A statement whose text never changes, so that each connection parses and plans it once. */
export interface Statement {
  /** For errors. */
  readonly what: string;
  readonly text: string;
  /** Of the prepared statement. Another text has another name, also where two versions of this package share a pool. */
  readonly name: string;
}

export function statement(what: string, text: string): Statement {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 24);
  return { what, text, name: `mastra_perf_${digest}` };
}
