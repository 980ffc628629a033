import { statement, type Statement } from '../statement.ts';
import type { LedgerTables } from './ledger-tables.ts';

export interface UsageStatements {
  readonly record: Statement;
  readonly report: Statement;
}

export function usageStatements({ entries, sums }: LedgerTables): UsageStatements {
  return {
    // Sums grow by what was inserted, not by what was sent. Of two who send the same, or add to the same sums, one waits for
    // the other: all rows are locked in one order, entries before sums.
    record: statement(
      'record',
      `WITH given AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS g(id text, at bigint, starts bigint[], labels jsonb, digest text, counts jsonb)
), inserted AS (
  INSERT INTO ${entries} (at, id, labels, counts) SELECT g.at, g.id, g.labels, g.counts FROM given g
  ORDER BY g.at, g.id COLLATE "C"
  ON CONFLICT (at, id) DO NOTHING RETURNING at, id
), amounts AS (
  SELECT g.starts, g.digest, c.key, sum(c.value::numeric) AS amount
  FROM inserted i JOIN given g ON g.at = i.at AND g.id = i.id CROSS JOIN LATERAL jsonb_each_text(g.counts) c
  GROUP BY g.starts, g.digest, c.key
), minutes AS (
  SELECT a.starts, a.digest, jsonb_object_agg(a.key, a.amount) AS counts FROM amounts a GROUP BY a.starts, a.digest
), added AS (
  SELECT p.kind, p.start, m.digest, array_agg(m.counts) AS parts
  FROM minutes m CROSS JOIN LATERAL unnest(m.starts) WITH ORDINALITY p(start, kind) GROUP BY p.kind, p.start, m.digest
)
INSERT INTO ${sums} AS s (kind, start, digest, labels, counts)
SELECT a.kind, a.start, a.digest, l.labels, CASE WHEN cardinality(a.parts) = 1 THEN a.parts[1] ELSE (
  SELECT jsonb_object_agg(b.key, b.amount) FROM (
    SELECT e.key, sum(e.value::numeric) AS amount FROM unnest(a.parts) o(counts) CROSS JOIN LATERAL jsonb_each_text(o.counts) e
    GROUP BY e.key) b) END
FROM added a JOIN (SELECT DISTINCT ON (g.digest) g.digest, g.labels FROM given g) l ON l.digest = a.digest
ORDER BY a.kind, a.start, a.digest COLLATE "C"
ON CONFLICT (kind, start, digest) DO UPDATE SET counts = s.counts || (
  SELECT jsonb_object_agg(e.key, e.value::numeric + COALESCE((s.counts ->> e.key)::numeric, 0))
  FROM jsonb_each_text(EXCLUDED.counts) e)`,
    ),
    report: statement(
      'report',
      `SELECT r.start, r.labels::text, json_object_agg(r.key, r.amount)::text AS counts FROM (
  SELECT CASE WHEN $3::boolean THEN s.start END AS start, l.labels, c.key, sum(c.value::numeric) AS amount
  FROM jsonb_to_recordset($1::jsonb) AS p(kind smallint, since bigint, until bigint)
  CROSS JOIN LATERAL (
    SELECT * FROM ${sums} WHERE kind = p.kind AND start >= p.since AND start < p.until AND labels @> $4::jsonb OFFSET 0) s
  CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_object_agg(e.key, e.value), '{}') AS labels FROM jsonb_each(s.labels) e
    WHERE e.key = ANY($2::text[])) l
  CROSS JOIN LATERAL jsonb_each_text(s.counts) c
  GROUP BY 1, l.labels, c.key) r
GROUP BY r.start, r.labels`,
    ),
  };
}
