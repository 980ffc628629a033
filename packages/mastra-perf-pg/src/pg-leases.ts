import type { Leases } from 'mastra-perf';
import type { Database } from './database.ts';
import { failure } from './failures.ts';
import { storedName } from './names.ts';
import { statement } from './statement.ts';
import { literal, type Tables } from './tables.ts';

/** Tokens are moments of the clock that the cache uses, so they grow for every lease. Time is that of the server. */
export function pgLeases(
  database: Pick<Database, 'ask' | 'bear'>,
  { schema, leases, state, clock }: Tables,
): Leases {
  const until = `clock_timestamp() + $2::float8 * interval '1 millisecond'`;
  // The row is written also when somebody else holds the lease, as it is: only so does the reply tell of one that was taken
  // a moment ago, which this statement cannot see otherwise. The lock is there for tokens: one that was drawn before somebody else took
  // the lease and gave it back would be the smaller, and the later holder the one to be told apart.
  const acquire = statement(
    'acquire',
    `WITH turn AS MATERIALIZED (
  SELECT pg_advisory_xact_lock(hashtextextended(${literal(`mastra-perf lease ${schema}.`)} || $1::text, 0))
), ours AS MATERIALIZED (
  SELECT nextval(${clock}) AS token, clock_timestamp() AS now, ${until} AS until FROM turn, ${state}
)
INSERT INTO ${leases} AS l (name, token, expires_at) SELECT $1, token, until FROM ours
ON CONFLICT (name) DO UPDATE SET
  token = CASE WHEN l.expires_at <= (SELECT now FROM ours) THEN EXCLUDED.token ELSE l.token END,
  expires_at = CASE WHEN l.expires_at <= (SELECT now FROM ours) THEN EXCLUDED.expires_at ELSE l.expires_at END
RETURNING token, (token = (SELECT ours.token FROM ours))::text AS granted,
  (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS expires_in`,
  );
  const renew = statement(
    'renew',
    `UPDATE ${leases} SET expires_at = ${until}
WHERE name = $1 AND token = $3 AND expires_at > clock_timestamp() RETURNING 1 AS held`,
  );
  const release = statement(
    'release',
    `DELETE FROM ${leases} WHERE name = $1 AND token = $2 AND expires_at > clock_timestamp() RETURNING 1 AS held`,
  );

  return {
    async acquire(name, ttlMs) {
      const ask = () => database.ask(acquire, [storedName(name), positive(ttlMs)]);
      let [row] = await ask();
      if (!row) {
        await database.bear();
        [row] = await ask();
      }
      if (!row) throw failure('acquire: the clock is lost');
      if (row['granted'] === 'true') return { granted: true, lease: { name, token: Number(row['token']) } };
      return { granted: false, expiresInMs: Math.max(0, Number(row['expires_in'])) };
    },
    async renew({ name, token }, ttlMs) {
      if (!Number.isSafeInteger(token)) return false;
      const held = await database.ask(renew, [storedName(name), positive(ttlMs), token]);
      return held.length === 1;
    },
    async release({ name, token }) {
      if (!Number.isSafeInteger(token)) return false;
      return (await database.ask(release, [storedName(name), token])).length === 1;
    },
  };
}

/** As long as an interval may be, and what is no time is none. */
const positive = (ms: number): number => (ms > 0 ? Math.min(ms, 3650 * 86_400_000) : 0);
