import { createHash } from 'node:crypto';
import {
  AGENT,
  BYTES,
  counterAt,
  ENTRIES,
  INTERVALS,
  LEASE,
  MODEL,
  RECORDED,
  SETTLED,
  SPENT,
  startsAt,
  UNDER_WAY,
  USED,
} from './left-behind.ts';

/**
 * What version 1 leaves in Postgres: the tables from before there were rates, and a function that nobody calls any more. It says
 * what is read in every release: a later version, that makes something else, gets a file of its own.
 */
export function postgresOfVersion1(schema: string, now: number): string {
  const labels = { agent: AGENT, model: MODEL, purpose: 'answer', user: 'ann' };
  const digest = createHash('sha256')
    .update(JSON.stringify(Object.entries(labels)))
    .digest('base64url');
  const [[, minute] = ['minute', now]] = startsAt(now);
  const [group, counts] = [JSON.stringify(labels), JSON.stringify(USED)];
  const bytes = Buffer.from(BYTES).toString('hex');
  const entry = (key: string, tag: string) =>
    `('${key}', '\\x${bytes}', '{"tag:${tag}"}', NULL, 2000, now() + interval '1 hour')`;
  return `
CREATE SCHEMA "${schema}";
SET search_path TO "${schema}";
CREATE SEQUENCE moments AS bigint CACHE 1;
SELECT setval('moments', 3000);
CREATE UNLOGGED TABLE cache_entries (
  key text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL,
  tags text[] COLLATE "C" NOT NULL,
  names text,
  stamp bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX cache_entries_expires_at ON cache_entries (expires_at);
CREATE UNLOGGED TABLE cache_marks (
  tag text COLLATE "C" PRIMARY KEY,
  at bigint NOT NULL,
  marked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cache_marks_marked_at ON cache_marks (marked_at);
CREATE UNLOGGED TABLE cache_state (id int PRIMARY KEY CHECK (id = 1), floor bigint NOT NULL);
CREATE UNLOGGED TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  token bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE TABLE ledger_entries (
  at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  counts jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entries_recorded_at ON ledger_entries USING brin (recorded_at);
CREATE TABLE ledger_entries_rest PARTITION OF ledger_entries DEFAULT;
CREATE TABLE ledger_sums (
  kind smallint NOT NULL,
  start bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  counts jsonb NOT NULL,
  PRIMARY KEY (kind, start, digest)
);
CREATE TABLE budget_counters (
  name text COLLATE "C" PRIMARY KEY,
  spent bigint NOT NULL,
  held bigint NOT NULL,
  ends_at bigint NOT NULL
);
CREATE INDEX budget_counters_ends_at ON budget_counters (ends_at);
CREATE TABLE budget_calls (
  id text COLLATE "C" PRIMARY KEY,
  what text COLLATE "C" NOT NULL,
  known_until bigint NOT NULL
);
CREATE INDEX budget_calls_known_until ON budget_calls (known_until);
CREATE TABLE budget_holds (
  id text COLLATE "C" NOT NULL,
  counter text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (id, counter)
);
CREATE INDEX budget_holds_expires_at ON budget_holds (counter, expires_at);
CREATE FUNCTION budget_release_00000000(call_id text) RETURNS void LANGUAGE sql AS 'SELECT 1/0';

INSERT INTO cache_state VALUES (1, 1000);
INSERT INTO cache_marks (tag, at) VALUES ('tag:old', 2500);
INSERT INTO cache_entries VALUES ${entry(ENTRIES.served, 'kb')}, ${entry(ENTRIES.undone, 'old')};
INSERT INTO leases VALUES ('${LEASE}', 2900, now() + interval '10 minutes');
INSERT INTO ledger_entries (at, id, labels, counts) VALUES (${minute}, '${RECORDED}', '${group}', '${counts}');
${startsAt(now)
  .map(
    ([interval, start]) =>
      `INSERT INTO ledger_sums VALUES (${INTERVALS.indexOf(interval) + 1}, ${start}, '${digest}', '${group}', '${counts}');`,
  )
  .join('\n')}
INSERT INTO budget_counters VALUES ('${counterAt(now)}', ${SPENT}, 1, ${now + 86_400_000});
INSERT INTO budget_calls VALUES ('${UNDER_WAY}', 'held', ${now + 600_000}), ('${SETTLED}', 'settled', ${now + 600_000});
INSERT INTO budget_holds VALUES ('${UNDER_WAY}', '${counterAt(now)}', 1, ${now + 600_000});
`;
}
